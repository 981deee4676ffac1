-- +goose Up
CREATE TABLE audit (id bigint);
ALTER TABLE users
    ADD COLUMN name text,
    DROP COLUMN phone;

-- +goose Down
ALTER TABLE users DROP COLUMN name;
DROP TABLE audit;
