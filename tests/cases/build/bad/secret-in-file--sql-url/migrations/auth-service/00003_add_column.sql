-- +goose Up
-- copied from postgres://auth:hunter2-hunter2@db.example.com/auth
SELECT 1;

-- +goose Down
SELECT 1;
