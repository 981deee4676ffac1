-- +goose Up
ALTER TABLE users ADD COLUMN team_id bigint REFERENCES teams (id);

-- +goose Down
ALTER TABLE users DROP COLUMN team_id;
