-- +goose Up
CREATE TABLE users (id bigint);
ALTER TABLE users OWNER TO gen_case_owner;

-- +goose Down
DROP TABLE users;
