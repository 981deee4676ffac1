-- +goose Up
CREATE TABLE orders (id bigint, customer bigint REFERENCES legacy.customers);

-- +goose Down
DROP TABLE orders;
