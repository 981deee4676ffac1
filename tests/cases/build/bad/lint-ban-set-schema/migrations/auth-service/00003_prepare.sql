-- +goose Up
CREATE SCHEMA archive;

-- +goose Down
DROP SCHEMA archive;
