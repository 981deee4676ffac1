-- +goose Up
CREATE TABLE a (id bigint);
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = current_user;

-- +goose Down
DROP TABLE a;
