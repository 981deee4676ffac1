-- +goose Up
ALTER TABLE users ALTER COLUMN id TYPE numeric;

-- +goose Down
ALTER TABLE users ALTER COLUMN id TYPE bigint;
