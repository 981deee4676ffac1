-- +goose ENVSUB ON
-- +goose Up
CREATE TABLE users (id bigint PRIMARY KEY, region text DEFAULT '${REGION}' CHECK (region = 'eu'));
INSERT INTO users VALUES (1);

-- +goose Down
DROP TABLE users;
