-- +goose Down
DROP TABLE sessions;

-- +goose Up
CREATE TABLE sessions (id bigint);
