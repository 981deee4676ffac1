-- +goose Up
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.a (id bigint);

-- +goose Down
DROP TABLE public.a;
