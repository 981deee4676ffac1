-- +goose Up
REINDEX TABLE users;

-- +goose Down
-- Nothing to undo.
SELECT 1;
