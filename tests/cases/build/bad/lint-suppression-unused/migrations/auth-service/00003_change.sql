-- +goose Up
CREATE TABLE notes (id bigint PRIMARY KEY); -- gen:allow lint-irreversible: nothing is lost here

-- +goose Down
DROP TABLE notes;
