-- +goose Up
ALTER TABLE lines ALTER COLUMN total DROP EXPRESSION;

-- +goose Down
-- The table of the file before goes as a whole.
SELECT 1;
