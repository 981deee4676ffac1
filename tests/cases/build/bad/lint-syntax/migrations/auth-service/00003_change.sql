-- +goose Up
CREATE TABLE notes (id bigint PRIMARY KEY);

ALTER TABLE notes ADD COLUM body text;

-- +goose Down
DROP TABLE notes;
