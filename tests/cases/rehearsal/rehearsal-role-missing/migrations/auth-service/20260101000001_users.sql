-- +goose Up
CREATE TABLE users (id bigint);
GRANT SELECT ON users TO gen_case_reporting;

-- +goose Down
DROP TABLE users;
