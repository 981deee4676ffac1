-- +goose Up
ALTER TABLE users ALTER COLUMN locale DROP DEFAULT;

-- +goose Down
ALTER TABLE users ALTER COLUMN locale SET DEFAULT 'en';
