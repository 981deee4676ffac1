-- +goose Up
ALTER TABLE users ADD COLUMN phone text;

COMMIT;

-- +goose Down
ALTER TABLE users DROP COLUMN phone;
