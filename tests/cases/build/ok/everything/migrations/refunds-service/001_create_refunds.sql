-- +goose Up
CREATE TABLE refunds (id bigint PRIMARY KEY);

-- +goose Down
DROP TABLE refunds;
