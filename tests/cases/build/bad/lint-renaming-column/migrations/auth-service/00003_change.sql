-- +goose Up
ALTER TABLE users RENAME COLUMN email TO mail;

-- +goose Down
ALTER TABLE users RENAME COLUMN mail TO email;
