-- +goose Up
ALTER TABLE users RENAME TO people;

-- +goose Down
ALTER TABLE people RENAME TO users;
