-- +goose Up
CREATE TABLE payments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    invoice_id bigint NOT NULL REFERENCES invoices (id),
    amount bigint NOT NULL CHECK (amount > 0),
    received_at timestamptz NOT NULL DEFAULT now(),
    idempotency_key uuid NOT NULL UNIQUE
);

CREATE INDEX payments_invoice_id_idx ON payments (invoice_id);

COMMENT ON COLUMN payments.idempotency_key IS 'Chosen by the caller: the same payment sent twice is stored once';

-- +goose Down
DROP TABLE payments;
