-- +goose Up
CREATE TYPE mood AS ENUM ('low', 'high');

-- +goose Down
DROP TYPE mood;
