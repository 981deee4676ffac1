-- +goose Up
CREATE TABLE teams (
    id bigint PRIMARY KEY,
    user_id bigint NOT NULL
);
CREATE INDEX teams_user_id_idx ON teams (user_id);

-- +goose Down
DROP TABLE teams;
