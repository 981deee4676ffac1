-- +goose Up
CREATE TABLE templates (
    name text PRIMARY KEY,
    body text NOT NULL
);

-- +goose Down
DROP TABLE templates;
