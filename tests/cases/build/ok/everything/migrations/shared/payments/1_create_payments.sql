-- +goose Up
CREATE TABLE payments (id bigint PRIMARY KEY);

-- +goose Down
DROP TABLE payments;
