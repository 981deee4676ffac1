-- +goose Up
CREATE TABLE invoices (id bigint);
ALTER TABLE public.invoices ADD COLUMN total numeric;

-- +goose Down
DROP TABLE public.invoices;
