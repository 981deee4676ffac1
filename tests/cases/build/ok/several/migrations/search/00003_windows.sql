-- +goose Up
ALTER TABLE documents ADD COLUMN body text;

-- +goose Down
ALTER TABLE documents DROP COLUMN body;
