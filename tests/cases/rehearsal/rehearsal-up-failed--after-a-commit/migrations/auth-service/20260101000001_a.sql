-- +goose Up
CREATE TABLE a (id bigint);
COMMIT;
CREATE TABLE b (id nosuch);

-- +goose Down
DROP TABLE a;
