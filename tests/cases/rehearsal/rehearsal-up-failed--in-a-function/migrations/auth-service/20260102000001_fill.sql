-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE 'INSERT INTO users (id, mail) VALUES (1, ''a'')';
END
$$;
-- +goose StatementEnd

-- +goose Down
DELETE FROM users WHERE id = 1;
