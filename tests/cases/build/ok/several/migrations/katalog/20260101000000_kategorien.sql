-- +goose Up
CREATE TABLE kategorien (name text PRIMARY KEY);
INSERT INTO kategorien VALUES ('Stühle'), ('Bücher – gebraucht'), ('日本語'), ('🚀'), ('it''s: "quoted" \ {{ braces }}');

-- +goose Down
DROP TABLE kategorien;
