-- +goose Up
ALTER TABLE users ADD COLUMN note text NOT NULL DEFAULT '';
COMMENT ON COLUMN users.note IS 'the operator's note';
UPDATE users SET note = 'none';

-- +goose Down
ALTER TABLE users DROP COLUMN note;
