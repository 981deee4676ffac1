-- +goose Up
DROP TYPE mood;

-- +goose Down
CREATE TYPE mood AS ENUM ('low', 'high');
