-- +goose Up
ALTER TABLE users ADD COLUMN the_date_on_which_the_user_last_agreed_to_the_terms_and_conditions date;

-- +goose Down
ALTER TABLE users DROP COLUMN the_date_on_which_the_user_last_agreed_to_the_terms_and_conditions;
