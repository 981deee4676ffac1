-- +goose Up
ALTER TYPE user_kind ADD VALUE 'guest' AFTER 'member';

UPDATE users SET kind = 'guest' WHERE email IS NULL;

-- +goose Down
UPDATE users SET kind = 'member' WHERE email IS NULL;
