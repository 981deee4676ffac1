-- The search column follows the product's name and SKU, and updated_at every change, whoever writes.
-- A function's body holds semicolons: StatementBegin and StatementEnd keep goose from cutting it up.

-- +goose Up
ALTER TABLE products ADD COLUMN search tsvector;

-- +goose StatementBegin
CREATE FUNCTION products_before_write() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $body$
BEGIN
    new.search :=
        setweight(to_tsvector('simple', new.sku), 'A')
        || setweight(to_tsvector('simple', new.name), 'B');
    IF tg_op = 'UPDATE' THEN
        new.updated_at := now();
    END IF;
    RETURN new;
END;
$body$;
-- +goose StatementEnd

CREATE TRIGGER products_before_write
BEFORE INSERT OR UPDATE ON products
FOR EACH ROW EXECUTE FUNCTION products_before_write();

-- Fills the column of the rows that are there: a few thousand, so one UPDATE will do. More would go in batches.
UPDATE products SET name = name;

COMMENT ON FUNCTION products_before_write() IS 'Füllt search und updated_at – filled on every write';

-- +goose Down
DROP TRIGGER products_before_write ON products;

DROP FUNCTION products_before_write();

ALTER TABLE products DROP COLUMN search;
