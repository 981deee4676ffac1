-- +goose Up
CREATE FUNCTION greeting(text) RETURNS text LANGUAGE sql AS 'SELECT $1';

-- +goose Down
DROP FUNCTION greeting(text);
