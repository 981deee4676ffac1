-- +goose Up
CREATE DOMAIN percentage AS integer;

-- +goose Down
DROP DOMAIN percentage;
