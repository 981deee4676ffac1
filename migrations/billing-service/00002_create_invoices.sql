-- +goose Up
CREATE TYPE invoice_status AS ENUM ('draft', 'open', 'paid', 'void');

CREATE TABLE invoices (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts (id),
    number text NOT NULL UNIQUE,
    status invoice_status NOT NULL DEFAULT 'draft',
    issued_on date,
    due_on date,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT invoices_dated_when_issued CHECK (
        status = 'draft' OR (issued_on IS NOT NULL AND due_on >= issued_on)
    )
);

CREATE TABLE invoice_lines (
    invoice_id bigint NOT NULL REFERENCES invoices (id) ON DELETE CASCADE,
    line_number smallint NOT NULL CHECK (line_number > 0),
    description text NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    unit_amount bigint NOT NULL,
    amount bigint NOT NULL GENERATED ALWAYS AS (quantity * unit_amount) STORED,
    PRIMARY KEY (invoice_id, line_number)
);

-- +goose Down
DROP TABLE invoice_lines;

DROP TABLE invoices;

DROP TYPE invoice_status;
