-- gen:allow rehearsal-down-leftover: the reports of March read it
-- +goose Up
CREATE INDEX users_email_idx ON users (email);

-- +goose Down
SELECT 1;
