-- +goose Up
CREATE TABLE notes (id bigint PRIMARY KEY);

-- +goose Down
SELECT 'down SQL query';
