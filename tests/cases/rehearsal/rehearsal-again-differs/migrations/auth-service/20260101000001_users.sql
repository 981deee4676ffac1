-- +goose Up
CREATE TABLE IF NOT EXISTS users (id bigint PRIMARY KEY, email text);

-- +goose Down
ALTER TABLE users DROP COLUMN email;
