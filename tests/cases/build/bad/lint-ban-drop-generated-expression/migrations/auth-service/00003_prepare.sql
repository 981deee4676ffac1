-- +goose Up
CREATE TABLE lines (
    price numeric,
    total numeric GENERATED ALWAYS AS (price * 2) STORED
);

-- +goose Down
DROP TABLE lines;
