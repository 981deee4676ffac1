-- +goose Up
ALTER TABLE users ADD CONSTRAINT users_email_check CHECK (email LIKE '%@%');

-- +goose Down
ALTER TABLE users DROP CONSTRAINT users_email_check;
