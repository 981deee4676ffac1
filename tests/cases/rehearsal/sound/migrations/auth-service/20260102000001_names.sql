-- +goose Up
ALTER TABLE users ADD COLUMN name text NOT NULL DEFAULT '';
CREATE FUNCTION shout(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)';

-- +goose Down
DROP FUNCTION shout(text);
ALTER TABLE users DROP COLUMN name;
