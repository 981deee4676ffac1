-- +goose Up
ALTER TABLE users DISABLE TRIGGER users_unchanged;

-- +goose Down
ALTER TABLE users ENABLE TRIGGER users_unchanged;
