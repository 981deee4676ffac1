-- +goose Up
ALTER TABLE users ADD COLUMN name text;

-- +goose Down -- undo
ALTER TABLE users DROP COLUMN name;
