-- Outside a transaction, and safe to run again: a failed attempt leaves an invalid index behind.

-- +goose NO TRANSACTION

-- +goose Up
DROP INDEX CONCURRENTLY IF EXISTS products_search_idx;

CREATE INDEX CONCURRENTLY products_search_idx ON products USING gin (search);

-- +goose Down
DROP INDEX CONCURRENTLY IF EXISTS products_search_idx;
