-- +goose NO TRANSACTION

-- +goose Up
SET lock_timeout = '5s'; DROP INDEX CONCURRENTLY IF EXISTS users_email_idx;

-- +goose Down
SELECT 1;
