-- +goose Up
-- squawk-ignore-file
CREATE TABLE notes (id bigint PRIMARY KEY);

-- +goose Down
DROP TABLE notes;
