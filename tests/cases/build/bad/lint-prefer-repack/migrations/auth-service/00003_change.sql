-- +goose NO TRANSACTION
-- +goose Up
VACUUM FULL users;

-- +goose Down
-- Nothing to undo.
SELECT 1;
