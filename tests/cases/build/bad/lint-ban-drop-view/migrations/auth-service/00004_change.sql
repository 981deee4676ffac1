-- +goose Up
DROP VIEW emails;

-- +goose Down
CREATE VIEW emails AS SELECT email FROM users;
