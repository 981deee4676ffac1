-- +goose Up
SELECT pg_catalog.set_config('search_path', '', false);

CREATE TABLE auth.notes (id bigint PRIMARY KEY);

-- +goose Down
DROP TABLE auth.notes;
