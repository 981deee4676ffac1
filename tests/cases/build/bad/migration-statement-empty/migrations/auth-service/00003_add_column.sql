-- +goose Up
-- +goose StatementBegin
-- +goose StatementEnd
ALTER TABLE users ADD COLUMN name text;

-- +goose Down
SELECT 1;
