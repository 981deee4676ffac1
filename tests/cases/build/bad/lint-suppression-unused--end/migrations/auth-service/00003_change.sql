-- +goose Up
CREATE TABLE notes (id bigint PRIMARY KEY);

-- gen:allow lint-irreversible: stands before no statement of the Up

-- +goose Down
DROP TABLE notes;
