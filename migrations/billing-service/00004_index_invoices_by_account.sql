-- CONCURRENTLY lets the application go on writing, and cannot run inside a transaction. When it fails (a lock
-- timeout, a killed pod) it leaves an invalid index behind, and IF NOT EXISTS would take that for success: so
-- a leftover is dropped first, and the file can be run again at any time.

-- +goose NO TRANSACTION

-- +goose Up
DROP INDEX CONCURRENTLY IF EXISTS invoices_account_id_idx;

CREATE INDEX CONCURRENTLY invoices_account_id_idx ON invoices (account_id, issued_on DESC);

-- +goose Down
DROP INDEX CONCURRENTLY IF EXISTS invoices_account_id_idx;
