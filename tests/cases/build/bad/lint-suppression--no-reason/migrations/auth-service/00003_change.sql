-- +goose Up
-- gen:allow lint-irreversible:
CREATE TABLE notes (id bigint PRIMARY KEY);

-- +goose Down
DROP TABLE notes;
