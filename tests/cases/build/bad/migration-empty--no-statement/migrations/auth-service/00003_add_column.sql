-- +goose Up
-- nothing yet

-- +goose Down
SELECT 1;
