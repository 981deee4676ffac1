-- +goose Up
ALTER TABLE users ADD COLUMN country char(2);

-- +goose Down
ALTER TABLE users DROP COLUMN country;
