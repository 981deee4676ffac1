-- +goose Up
ALTER TABLE users ADD COLUMN code text UNIQUE;

-- +goose Down
ALTER TABLE users DROP COLUMN code;
