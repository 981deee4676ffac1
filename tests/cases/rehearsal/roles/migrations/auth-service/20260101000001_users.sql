-- +goose Up
CREATE TABLE users (id bigint);
GRANT SELECT ON users TO gen_case_reader;
CREATE TABLE teams (id bigint);
GRANT CREATE ON SCHEMA public TO gen_case_member;
ALTER TABLE teams OWNER TO gen_case_member;

-- +goose Down
DROP TABLE teams;
REVOKE CREATE ON SCHEMA public FROM gen_case_member;
DROP TABLE users;
