-- +goose Up
CREATE VIEW emails AS SELECT email FROM users;

-- +goose Down
DROP VIEW emails;
