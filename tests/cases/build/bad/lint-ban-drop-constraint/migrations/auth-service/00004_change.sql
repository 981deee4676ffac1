-- +goose Up
ALTER TABLE users DROP CONSTRAINT users_email_check;

-- +goose Down
ALTER TABLE users ADD CONSTRAINT users_email_check CHECK (email LIKE '%@%') NOT VALID;
