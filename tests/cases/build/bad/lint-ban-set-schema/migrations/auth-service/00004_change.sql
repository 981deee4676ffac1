-- +goose Up
ALTER TABLE users SET SCHEMA archive;

-- +goose Down
ALTER TABLE archive.users SET SCHEMA public;
