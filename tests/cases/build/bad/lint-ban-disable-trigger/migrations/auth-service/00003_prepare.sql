-- +goose Up
CREATE TRIGGER users_unchanged BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();

-- +goose Down
DROP TRIGGER users_unchanged ON users;
