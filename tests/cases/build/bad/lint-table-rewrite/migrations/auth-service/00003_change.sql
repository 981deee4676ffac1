-- +goose Up
ALTER TABLE users ADD COLUMN number bigserial;

-- +goose Down
ALTER TABLE users DROP COLUMN number;
