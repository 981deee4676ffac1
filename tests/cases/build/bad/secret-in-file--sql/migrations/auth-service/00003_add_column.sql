-- +goose Up
CREATE ROLE auth_reader LOGIN
    PASSWORD 'hunter2-hunter2';

-- +goose Down
DROP ROLE auth_reader;
