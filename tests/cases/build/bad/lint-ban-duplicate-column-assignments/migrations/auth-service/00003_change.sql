-- +goose Up
CREATE TABLE teams (id bigint, id bigint);

-- +goose Down
DROP TABLE teams;
