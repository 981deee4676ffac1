-- +goose Up
DROP INDEX teams_user_id_idx;

-- +goose Down
CREATE INDEX teams_user_id_idx ON teams (user_id);
