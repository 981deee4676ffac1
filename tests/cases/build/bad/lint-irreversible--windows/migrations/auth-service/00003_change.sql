-- +goose Up
COMMENT ON TABLE users IS 'Größe: DROP TABLE users;';

TRUNCATE TABLE users;

-- +goose Down
COMMENT ON TABLE users IS NULL;
