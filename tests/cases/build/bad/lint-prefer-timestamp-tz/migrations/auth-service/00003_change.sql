-- +goose Up
ALTER TABLE users ADD COLUMN seen_at timestamp;

-- +goose Down
ALTER TABLE users DROP COLUMN seen_at;
