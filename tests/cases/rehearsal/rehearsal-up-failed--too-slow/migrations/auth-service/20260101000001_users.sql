-- +goose Up
CREATE TABLE users (id bigint PRIMARY KEY);
SELECT pg_sleep(600);

-- +goose Down
DROP TABLE users;
