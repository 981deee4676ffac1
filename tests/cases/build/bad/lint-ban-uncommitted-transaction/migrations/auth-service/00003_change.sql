-- +goose NO TRANSACTION
-- gen:allow lint-no-transaction-unneeded: the file has its own
-- +goose Up
BEGIN; ALTER TABLE users ADD COLUMN nickname text;

-- +goose Down
ALTER TABLE users DROP COLUMN IF EXISTS nickname;
