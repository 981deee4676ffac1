-- +goose Up
-- trailing spaces   
CREATE VIEW kategorien_groß AS
    SELECT name

      FROM kategorien
	WHERE name <> '%';  

-- +goose Down
DROP VIEW kategorien_groß;