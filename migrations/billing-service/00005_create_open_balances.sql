-- +goose Up
CREATE VIEW open_balances AS
SELECT
    invoices.account_id,
    sum(coalesce(lines.amount, 0) - coalesce(paid.amount, 0))::bigint AS amount
FROM invoices
LEFT JOIN (
    SELECT
        invoice_id,
        sum(amount) AS amount
    FROM invoice_lines
    GROUP BY invoice_id
) AS lines ON invoices.id = lines.invoice_id
LEFT JOIN (
    SELECT
        invoice_id,
        sum(amount) AS amount
    FROM payments
    GROUP BY invoice_id
) AS paid ON invoices.id = paid.invoice_id
WHERE invoices.status = 'open'
GROUP BY invoices.account_id;

-- +goose Down
DROP VIEW open_balances;
