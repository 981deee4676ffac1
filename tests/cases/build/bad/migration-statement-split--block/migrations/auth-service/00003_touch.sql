-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION touch() RETURNS trigger
LANGUAGE plpgsql AS $body$
BEGIN
    RETURN NEW;
END;
-- +goose StatementEnd
$body$;

-- +goose Down
DROP FUNCTION touch();
