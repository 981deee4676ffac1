-- +goose Up
UPDATE users SET email = lower(email) WHERE email IS NOT NULL;

-- +goose Down
UPDATE users SET email = upper(email) WHERE email IS NOT NULL;
-- +goose StatementBegin
DO $$ BEGIN PERFORM 1; END $$;
-- +goose StatementEnd
SELECT restore_users(email) FROM users;
DELETE FROM users;
TRUNCATE users;
