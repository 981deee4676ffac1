-- +goose Up
ALTER TABLE a ADD COLUMN b int;
DELETE FROM goose_db_version WHERE version_id = 999;
NOTIFY gen_locks, 'hello';

-- +goose Down
ALTER TABLE a DROP COLUMN b;
