-- +goose Up
CREATE TABLE products (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sku text NOT NULL UNIQUE,
    category_id integer NOT NULL REFERENCES categories (id),
    name text NOT NULL,
    weight_grams integer CHECK (weight_grams > 0),
    attributes jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX products_category_id_idx ON products (category_id);

CREATE INDEX products_attributes_idx ON products USING gin (attributes jsonb_path_ops);

COMMENT ON COLUMN products.weight_grams IS 'Gewicht in Gramm (1 kg = 1000 g); NULL for what has no weight';

-- +goose Down
DROP TABLE products;
