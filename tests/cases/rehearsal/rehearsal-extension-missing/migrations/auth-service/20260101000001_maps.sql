-- +goose Up
CREATE EXTENSION no_such_extension;

-- +goose Down
DROP EXTENSION no_such_extension;
