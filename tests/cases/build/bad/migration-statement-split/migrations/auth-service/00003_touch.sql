-- +goose Up
CREATE FUNCTION touch() RETURNS trigger
LANGUAGE plpgsql AS $body$
BEGIN
    NEW.email = lower(NEW.email);
    RETURN NEW;
END;
$body$;

-- +goose Down
DROP FUNCTION touch();
