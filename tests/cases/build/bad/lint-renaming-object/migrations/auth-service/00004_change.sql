-- +goose Up
ALTER VIEW emails RENAME TO mails;

-- +goose Down
ALTER VIEW mails RENAME TO emails;
