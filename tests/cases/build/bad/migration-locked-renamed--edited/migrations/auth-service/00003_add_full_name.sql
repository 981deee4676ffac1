-- +goose Up
ALTER TABLE users ADD COLUMN full_name text;

-- +goose Down
ALTER TABLE users DROP COLUMN full_name;
