-- +goose Up
CREATE TABLE more (id bigint);

-- +goose Down
DROP TABLE more;
