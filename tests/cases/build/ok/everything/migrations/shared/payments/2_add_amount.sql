-- +goose Up
ALTER TABLE payments ADD COLUMN amount numeric;

-- +goose Down
ALTER TABLE payments DROP COLUMN amount;
