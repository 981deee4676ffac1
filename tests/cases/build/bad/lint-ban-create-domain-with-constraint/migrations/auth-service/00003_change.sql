-- +goose Up
CREATE DOMAIN percentage AS integer CHECK (VALUE BETWEEN 0 AND 100);

-- +goose Down
DROP DOMAIN percentage;
