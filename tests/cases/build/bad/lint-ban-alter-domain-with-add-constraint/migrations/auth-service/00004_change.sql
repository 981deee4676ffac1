-- +goose Up
ALTER DOMAIN percentage ADD CONSTRAINT percentage_range CHECK (VALUE BETWEEN 0 AND 100);

-- +goose Down
ALTER DOMAIN percentage DROP CONSTRAINT percentage_range;
