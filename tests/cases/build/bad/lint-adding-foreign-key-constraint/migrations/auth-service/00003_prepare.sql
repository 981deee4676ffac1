-- +goose Up
CREATE TABLE teams (id bigint PRIMARY KEY);

-- +goose Down
DROP TABLE teams;
