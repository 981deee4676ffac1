-- +goose Up
CREATE INDEX users_email_idx ON users (email);
COMMENT ON COLUMN users.email IS 'how we reach them';
ALTER TABLE users ALTER COLUMN email SET DEFAULT 'nobody';
GRANT SELECT ON users TO PUBLIC;

-- +goose Down
SELECT 1;
