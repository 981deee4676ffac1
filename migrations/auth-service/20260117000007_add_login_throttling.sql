-- Columns with a constant default are added without rewriting the table (PostgreSQL 11 and later).

-- +goose Up
ALTER TABLE users
    ADD COLUMN failed_logins bigint NOT NULL DEFAULT 0,
    ADD COLUMN locked_until timestamptz;

COMMENT ON COLUMN users.failed_logins IS 'Since the last successful login';

-- +goose Down
ALTER TABLE users
    DROP COLUMN locked_until,
    DROP COLUMN failed_logins;
