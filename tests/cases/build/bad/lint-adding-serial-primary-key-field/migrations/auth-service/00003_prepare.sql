-- +goose Up
CREATE TABLE teams (name text);

-- +goose Down
DROP TABLE teams;
