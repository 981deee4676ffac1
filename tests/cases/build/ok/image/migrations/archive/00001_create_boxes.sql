-- +goose Up
CREATE TABLE boxes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);

-- +goose Down
DROP TABLE boxes;
