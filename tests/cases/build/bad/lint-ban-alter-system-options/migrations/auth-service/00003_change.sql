-- +goose NO TRANSACTION
-- +goose Up
ALTER SYSTEM SET log_min_duration_statement = '5s';

-- +goose Down
ALTER SYSTEM RESET log_min_duration_statement;
