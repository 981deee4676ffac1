-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION transfer(sender bigint, receiver bigint, amount numeric) RETURNS void AS $$
BEGIN
    UPDATE accounts SET balance = balance - amount WHERE id = sender;
    UPDATE accounts SET balance = balance + amount WHERE id = receiver;
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION transfer(bigint, bigint, numeric);
