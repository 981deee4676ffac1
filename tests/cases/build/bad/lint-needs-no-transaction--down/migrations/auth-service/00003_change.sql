-- +goose Up
CREATE TABLE notes (id bigint PRIMARY KEY, body text);

CREATE INDEX notes_body_idx ON notes (body);

-- +goose Down
DROP INDEX CONCURRENTLY
    notes_body_idx;

DROP TABLE notes;
