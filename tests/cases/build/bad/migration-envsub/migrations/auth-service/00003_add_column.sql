-- +goose Up
-- +goose ENVSUB ON
DO $$ BEGIN PERFORM 1; END $$;
-- +goose ENVSUB OFF

-- +goose Down
SELECT 1;
