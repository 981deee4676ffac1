-- +goose Up
ALTER TABLE users ADD COLUMN name text;
-- +goose StatementEnd

-- +goose Down
SELECT 1;
