-- gen:allow lint-down-missing: there is nothing to go back to
-- +goose Up
ANALYZE users;
