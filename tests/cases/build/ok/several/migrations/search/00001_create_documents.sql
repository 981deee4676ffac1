-- +goose Up
CREATE TABLE documents (id bigint PRIMARY KEY, title text NOT NULL);

-- +goose Down
DROP TABLE documents;
