-- Adds a phone number.
-- +goose NO TRANSACTION

-- +goose Up
ALTER TABLE users ADD COLUMN IF NOT EXISTS phone text;

-- +goose Down
ALTER TABLE users DROP COLUMN phone;
