-- gen:allow rehearsal-rewrite: it is small
-- gen:allow rehearsal-rows-lost: told only where there are rows
-- +goose Up
CREATE TABLE users (id bigint PRIMARY KEY);

-- +goose Down
DROP TABLE users;
