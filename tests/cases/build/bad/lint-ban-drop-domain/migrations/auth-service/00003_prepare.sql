-- +goose Up
CREATE DOMAIN postcode AS text;

-- +goose Down
DROP DOMAIN postcode;
