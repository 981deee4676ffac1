-- Reference data that the application's code names by slug. Running it twice changes nothing.

-- +goose Up
INSERT INTO categories (slug) VALUES ('coffee'), ('tea'), ('sweets')
ON CONFLICT (slug) DO NOTHING;

INSERT INTO category_names (category_id, language, name)
SELECT
    categories.id,
    seed.language,
    seed.name
FROM (
    VALUES
    ('coffee', 'de', 'Kaffee'),
    ('coffee', 'el', 'Καφές'),
    ('coffee', 'fr', 'Café'),
    ('coffee', 'ja', 'コーヒー'),
    ('coffee', 'uk', 'Кава'),
    ('tea', 'de', 'Tee'),
    ('tea', 'fr', 'Thé'),
    ('tea', 'ja', 'お茶'),
    ('sweets', 'de', 'Süßes'),
    ('sweets', 'fr', 'Pâtisseries'),
    ('sweets', 'uk', 'Солодощі 🍬')
) AS seed (slug, language, name)
INNER JOIN categories ON categories.slug = seed.slug
ON CONFLICT (category_id, language) DO NOTHING;

-- +goose Down
DELETE FROM category_names
USING categories
WHERE category_names.category_id = categories.id
    AND categories.slug IN ('coffee', 'tea', 'sweets');

DELETE FROM categories
WHERE categories.slug IN ('coffee', 'tea', 'sweets')
    AND NOT EXISTS (SELECT 1 FROM products WHERE products.category_id = categories.id);
