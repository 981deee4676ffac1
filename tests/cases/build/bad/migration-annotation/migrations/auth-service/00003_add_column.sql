-- +goose Up
ALTER TABLE users ADD COLUMN name text;

-- +goose Donw
ALTER TABLE users DROP COLUMN name;
