-- +goose Up
ALTER TABLE users ADD COLUMN name text DEFAULT 'José';

-- +goose Down
ALTER TABLE users DROP COLUMN name;
