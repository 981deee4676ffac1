-- +goose NO TRANSACTION
-- +goose Up
VACUUM (FULL, ANALYZE) users;

-- +goose Down
-- Nothing to undo.
SELECT 1;
