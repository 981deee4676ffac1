-- case a schema with all that is in it
-- mutation
CREATE SCHEMA app;
CREATE TABLE app.t (id bigserial PRIMARY KEY, email text UNIQUE CHECK (email <> ''));
CREATE INDEX ON app.t (lower(email));
CREATE VIEW app.v AS SELECT id FROM app.t;
CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TYPE app.mood AS ENUM ('a');
COMMENT ON SCHEMA app IS 'ours';
GRANT USAGE ON SCHEMA app TO app;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO reader;
-- expect extra schema app

-- case a schema that is gone
CREATE SCHEMA "Odd ""One";
CREATE TABLE "Odd ""One".t (a int);
-- mutation
DROP SCHEMA "Odd ""One" CASCADE;
-- expect missing schema "Odd ""One"

-- case a schema's owner
CREATE SCHEMA app;
-- mutation
ALTER SCHEMA app OWNER TO app;
-- expect changed schema app (owner)

-- case a schema's grants
CREATE SCHEMA app;
-- mutation
GRANT USAGE ON SCHEMA app TO reader;
-- expect changed schema app (grants)

-- case a schema's comment
CREATE SCHEMA app;
-- mutation
COMMENT ON SCHEMA app IS 'ours';
-- expect changed schema app (comment)

-- case a right of everybody on the schema public that is taken away; admin
GRANT USAGE ON SCHEMA public TO PUBLIC;
-- mutation
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
-- expect changed schema public (grants)
