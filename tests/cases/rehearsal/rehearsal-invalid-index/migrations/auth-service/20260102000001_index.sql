-- +goose Up
CREATE INDEX events_at_idx ON ONLY events (at);

-- +goose Down
DROP INDEX events_at_idx;
