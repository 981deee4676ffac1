-- +goose Up
DROP FUNCTION greeting(text);

-- +goose Down
CREATE FUNCTION greeting(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
