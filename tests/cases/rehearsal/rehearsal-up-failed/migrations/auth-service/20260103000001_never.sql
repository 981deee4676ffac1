-- +goose Up
CREATE TABLE never (id bigint);

-- +goose Down
DROP TABLE never;
