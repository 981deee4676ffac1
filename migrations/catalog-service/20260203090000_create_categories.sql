-- Kategorien, catégories, категории, カテゴリー: names are kept per language.

-- +goose Up
CREATE TABLE languages (
    code text PRIMARY KEY CHECK (code ~ '^[a-z]{2}(-[A-Z]{2})?$'),
    name text NOT NULL
);

INSERT INTO languages (code, name) VALUES
    ('de', 'Deutsch'),
    ('el', 'Ελληνικά'),
    ('en', 'English'),
    ('fr', 'Français'),
    ('ja', '日本語'),
    ('uk', 'Українська');

CREATE TABLE categories (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
);

CREATE TABLE category_names (
    category_id integer NOT NULL REFERENCES categories (id) ON DELETE CASCADE,
    language text NOT NULL REFERENCES languages (code),
    name text NOT NULL CHECK (name <> ''),
    PRIMARY KEY (category_id, language)
);

COMMENT ON TABLE category_names IS 'Übersetzungen: one name per category and language';

-- +goose Down
DROP TABLE category_names;

DROP TABLE categories;

DROP TABLE languages;
