-- +goose Up
ALTER TABLE teams ADD COLUMN id bigint PRIMARY KEY;

-- +goose Down
ALTER TABLE teams DROP COLUMN id;
