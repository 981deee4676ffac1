-- +goose Up
-- +goose StatementBegin
ALTER TABLE users ADD COLUMN name text;

-- +goose Down
SELECT 1;
