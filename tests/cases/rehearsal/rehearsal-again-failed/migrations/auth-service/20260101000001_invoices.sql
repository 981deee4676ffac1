-- +goose Up
CREATE TYPE state AS ENUM ('open', 'paid');
CREATE TABLE invoices (id bigint PRIMARY KEY, state state NOT NULL);

-- +goose Down
DROP TABLE invoices;
