-- +goose Up
CREATE TABLE notes (
    -- gen:allow lint-irreversable: the name is misspelt
    id bigint PRIMARY KEY
);

-- +goose Down
DROP TABLE notes;
