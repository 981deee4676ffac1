-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY documents_title ON documents (title);

-- +goose Down
DROP INDEX CONCURRENTLY documents_title;
