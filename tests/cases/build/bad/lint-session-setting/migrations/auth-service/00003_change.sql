-- +goose Up
SET search_path TO auth;

CREATE TABLE notes (id bigint PRIMARY KEY);

-- +goose Down
DROP TABLE auth.notes;
