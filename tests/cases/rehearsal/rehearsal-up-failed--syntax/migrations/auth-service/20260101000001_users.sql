-- +goose Up
CREATE TABLE users (id bigint);
-- Größe, Straße: columns count in characters
COMMENT ON TABLE users IS 'Größe'; SELEKT 1;

-- +goose Down
DROP TABLE users;
