-- +goose NO TRANSACTION

-- +goose Up
ALTER TABLE users ADD COLUMN phone text;

DROP INDEX CONCURRENTLY IF EXISTS users_phone_idx;

CREATE INDEX CONCURRENTLY users_phone_idx ON users (phone);

-- +goose Down
ALTER TABLE users DROP COLUMN phone;
