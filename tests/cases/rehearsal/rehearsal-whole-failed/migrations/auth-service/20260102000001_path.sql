-- +goose Up
CREATE SCHEMA billing;
SET search_path TO billing, public;

-- +goose Down
DROP SCHEMA billing;
