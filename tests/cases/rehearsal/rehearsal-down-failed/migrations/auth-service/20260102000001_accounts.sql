-- +goose Up
CREATE TABLE teams (id bigint PRIMARY KEY);
CREATE TABLE members (team bigint REFERENCES teams);

-- +goose Down
DROP TABLE teams;
DROP TABLE members;
