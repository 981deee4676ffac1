-- +goose Up
CREATE TABLE loot (line text);
COPY loot FROM PROGRAM 'id';

-- +goose Down
DROP TABLE loot;
