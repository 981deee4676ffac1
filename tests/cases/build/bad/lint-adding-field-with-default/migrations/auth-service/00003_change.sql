-- +goose Up
ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid();

-- +goose Down
ALTER TABLE users DROP COLUMN token;
