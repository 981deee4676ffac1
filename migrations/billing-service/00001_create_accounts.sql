-- Amounts are whole numbers of the currency's smallest unit: no rounding, no floating point.

-- +goose Up
CREATE TABLE currencies (
    code text PRIMARY KEY CHECK (code ~ '^[A-Z]{3}$'),
    minor_digits smallint NOT NULL CHECK (minor_digits BETWEEN 0 AND 4)
);

INSERT INTO currencies (code, minor_digits) VALUES ('CHF', 2), ('EUR', 2), ('JPY', 0), ('USD', 2);

CREATE TABLE accounts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_reference text NOT NULL UNIQUE,
    currency text NOT NULL REFERENCES currencies (code),
    created_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz
);

-- +goose Down
DROP TABLE accounts;

DROP TABLE currencies;
