-- +goose Up
DROP DOMAIN postcode;

-- +goose Down
CREATE DOMAIN postcode AS text;
