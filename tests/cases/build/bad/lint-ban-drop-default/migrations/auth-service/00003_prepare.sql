-- +goose Up
ALTER TABLE users ADD COLUMN locale text DEFAULT 'en';

-- +goose Down
ALTER TABLE users DROP COLUMN locale;
