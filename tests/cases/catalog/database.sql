-- case a setting of the database; admin
-- mutation
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''9MB''', current_database()); END $$;
-- expect changed database of this connection (settings)

-- case the database's comment; admin
-- mutation
DO $$ BEGIN EXECUTE format('COMMENT ON DATABASE %I IS ''x''', current_database()); END $$;
-- expect changed database of this connection (comment)

-- case an extension with its members; admin
DROP EXTENSION plpgsql;
-- mutation
CREATE EXTENSION plpgsql;
-- expect extra extension plpgsql

-- case an extension that is gone; admin
-- mutation
DROP EXTENSION plpgsql;
-- expect missing extension plpgsql

-- case all of an extension; admin
-- mutation
UPDATE pg_extension SET extversion = '9', extowner = 'app'::regrole, extnamespace = 'public'::regnamespace;
COMMENT ON EXTENSION plpgsql IS 'x';
-- expect changed extension plpgsql (comment)
-- expect changed extension plpgsql (in schema)
-- expect changed extension plpgsql (owner)
-- expect changed extension plpgsql (version)

-- case what becomes a member of an extension; admin
CREATE SCHEMA app;
CREATE TABLE app.t (a serial PRIMARY KEY, b int CHECK (b > 0) REFERENCES app.t);
CREATE INDEX ON app.t (b);
CREATE VIEW app.v AS SELECT 1 AS a;
CREATE SEQUENCE app.s;
CREATE FUNCTION app.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER g BEFORE UPDATE ON app.t FOR EACH ROW EXECUTE FUNCTION app.f();
CREATE PROCEDURE app.p() LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE app.total(int) (SFUNC = int4pl, STYPE = int);
CREATE TYPE app.e AS ENUM ('a');
CREATE TYPE app.c AS (a int);
CREATE DOMAIN app.d AS int CHECK (VALUE > 0);
CREATE TYPE app.r AS RANGE (subtype = float8);
CREATE OPERATOR app.=== (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int);
CREATE CAST (app.c AS text) WITH INOUT;
CREATE COLLATION app.o (provider = libc, locale = 'C');
CREATE TEXT SEARCH DICTIONARY app.x (TEMPLATE = simple);
CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER s FOREIGN DATA WRAPPER w;
-- mutation
ALTER EXTENSION plpgsql ADD TABLE app.t;
ALTER EXTENSION plpgsql ADD VIEW app.v;
ALTER EXTENSION plpgsql ADD SEQUENCE app.s;
ALTER EXTENSION plpgsql ADD FUNCTION app.f();
ALTER EXTENSION plpgsql ADD PROCEDURE app.p();
ALTER EXTENSION plpgsql ADD AGGREGATE app.total(int);
ALTER EXTENSION plpgsql ADD TYPE app.e;
ALTER EXTENSION plpgsql ADD TYPE app.c;
ALTER EXTENSION plpgsql ADD DOMAIN app.d;
ALTER EXTENSION plpgsql ADD TYPE app.r;
ALTER EXTENSION plpgsql ADD OPERATOR app.===(int, int);
ALTER EXTENSION plpgsql ADD CAST (app.c AS text);
ALTER EXTENSION plpgsql ADD COLLATION app.o;
ALTER EXTENSION plpgsql ADD TEXT SEARCH DICTIONARY app.x;
ALTER EXTENSION plpgsql ADD FOREIGN DATA WRAPPER w;
ALTER EXTENSION plpgsql ADD SERVER s;
ALTER EXTENSION plpgsql ADD SEQUENCE app.t_a_seq;
-- expect missing aggregate app.total(integer)
-- expect missing cast (app.c AS text)
-- expect missing collation app.o
-- expect missing composite type app.c
-- expect missing domain app.d
-- expect missing enum app.e
-- expect missing foreign-data wrapper w
-- expect missing function app.f()
-- expect missing operator app.===(integer,integer)
-- expect missing procedure app.p()
-- expect missing range type app.r
-- expect missing sequence app.s
-- expect missing table app.t
-- expect missing text search dictionary app.x
-- expect missing view app.v

-- case default privileges
-- mutation
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader;
-- expect extra default privileges of the database owner on tables

-- case default privileges in a schema
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON SEQUENCES TO reader;
-- mutation
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO reader;
-- expect changed default privileges of the database owner in schema public on sequences (grants)

-- case a default privilege of everybody that is taken away
-- mutation
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
-- expect extra default privileges of the database owner on functions

-- case a language; admin
-- mutation
CREATE LANGUAGE other HANDLER plpgsql_call_handler;
-- expect extra language other

-- case all of a language; admin
CREATE LANGUAGE other HANDLER plpgsql_call_handler;
-- mutation
CREATE OR REPLACE TRUSTED LANGUAGE other HANDLER plpgsql_call_handler VALIDATOR plpgsql_validator;
GRANT USAGE ON LANGUAGE other TO reader;
REVOKE USAGE ON LANGUAGE other FROM PUBLIC;
COMMENT ON LANGUAGE other IS 'x';
ALTER LANGUAGE other OWNER TO app;
-- expect changed language other (comment)
-- expect changed language other (definition)
-- expect changed language other (grants)
-- expect changed language other (owner)
-- expect changed language other (trusted)

-- case an access method; admin
-- mutation
CREATE ACCESS METHOD other TYPE INDEX HANDLER bthandler;
-- expect extra access method other

-- case all of an access method; admin
CREATE ACCESS METHOD other TYPE INDEX HANDLER bthandler;
-- mutation
DROP ACCESS METHOD other;
CREATE ACCESS METHOD other TYPE INDEX HANDLER hashhandler;
COMMENT ON ACCESS METHOD other IS 'x';
-- expect changed access method other (comment)
-- expect changed access method other (definition)

-- case a foreign-data wrapper with its server; admin
-- mutation
CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER s FOREIGN DATA WRAPPER w;
CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password 'secret');
-- expect extra foreign-data wrapper w

-- case all of a foreign-data wrapper; admin
CREATE FOREIGN DATA WRAPPER w;
-- mutation
CREATE FUNCTION h() RETURNS fdw_handler LANGUAGE internal AS 'heap_tableam_handler';
ALTER FOREIGN DATA WRAPPER w HANDLER h;
ALTER FOREIGN DATA WRAPPER w OPTIONS (host 'x');
ALTER FOREIGN DATA WRAPPER w VALIDATOR postgresql_fdw_validator;
GRANT USAGE ON FOREIGN DATA WRAPPER w TO reader;
COMMENT ON FOREIGN DATA WRAPPER w IS 'x';
CREATE ROLE another SUPERUSER;
ALTER FOREIGN DATA WRAPPER w OWNER TO another;
-- expect changed foreign-data wrapper w (comment)
-- expect changed foreign-data wrapper w (grants)
-- expect changed foreign-data wrapper w (handler)
-- expect changed foreign-data wrapper w (options)
-- expect changed foreign-data wrapper w (owner)
-- expect changed foreign-data wrapper w (validator)
-- expect extra function public.h()

-- case a server; admin
CREATE FOREIGN DATA WRAPPER w;
-- mutation
CREATE SERVER s FOREIGN DATA WRAPPER w;
-- expect extra server s

-- case all of a server; admin
CREATE FOREIGN DATA WRAPPER w;
CREATE FOREIGN DATA WRAPPER x;
CREATE SERVER s FOREIGN DATA WRAPPER w;
-- mutation
DROP SERVER s;
CREATE SERVER s TYPE 'x' VERSION '1' FOREIGN DATA WRAPPER x OPTIONS (host 'there');
GRANT USAGE ON FOREIGN SERVER s TO reader;
COMMENT ON SERVER s IS 'x';
ALTER SERVER s OWNER TO :owner;
-- expect changed server s (comment)
-- expect changed server s (foreign-data wrapper)
-- expect changed server s (grants)
-- expect changed server s (options)
-- expect changed server s (owner)
-- expect changed server s (type)
-- expect changed server s (version)

-- case a user mapping; admin
CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER s FOREIGN DATA WRAPPER w;
-- mutation
CREATE USER MAPPING FOR app SERVER s;
-- expect extra user mapping for app server s

-- case a foreign table; admin
CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER s FOREIGN DATA WRAPPER w;
-- mutation
CREATE FOREIGN TABLE t (a int CHECK (a > 0)) SERVER s;
-- expect extra foreign table public.t

-- case all of a foreign table; admin
CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER s FOREIGN DATA WRAPPER w;
CREATE SERVER r FOREIGN DATA WRAPPER w;
CREATE TABLE p (a int, b int) PARTITION BY RANGE (a);
CREATE FOREIGN TABLE t (a int, b int) SERVER s;
-- mutation
DROP FOREIGN TABLE t;
CREATE FOREIGN TABLE t (b int, a int) SERVER r OPTIONS (name 'there');
ALTER TABLE p ATTACH PARTITION t DEFAULT;
GRANT SELECT ON t TO reader;
COMMENT ON FOREIGN TABLE t IS 'x';
ALTER FOREIGN TABLE t OWNER TO app;
-- expect changed foreign table public.t (column order)
-- expect changed foreign table public.t (comment)
-- expect changed foreign table public.t (grants)
-- expect changed foreign table public.t (options)
-- expect changed foreign table public.t (owner)
-- expect changed foreign table public.t (parents)
-- expect changed foreign table public.t (partition bound)
-- expect changed foreign table public.t (server)

-- case a publication; admin
-- mutation
CREATE PUBLICATION p;
-- expect extra publication p

-- case all of a publication; admin
CREATE TABLE t (a int);
CREATE PUBLICATION p;
-- mutation
ALTER PUBLICATION p ADD TABLE t;
ALTER PUBLICATION p SET (publish = 'insert', publish_via_partition_root = true);
COMMENT ON PUBLICATION p IS 'x';
ALTER PUBLICATION p OWNER TO :owner;
-- expect changed publication p (comment)
-- expect changed publication p (operations)
-- expect changed publication p (owner)
-- expect changed publication p (tables)
-- expect changed publication p (via partition root)

-- case a publication of everything; admin
CREATE PUBLICATION p;
-- mutation
DROP PUBLICATION p;
CREATE PUBLICATION p FOR ALL TABLES;
-- expect changed publication p (all tables)

-- case a publication of a schema; admin; since 15
CREATE PUBLICATION p;
-- mutation
ALTER PUBLICATION p ADD TABLES IN SCHEMA public;
-- expect changed publication p (schemas)

-- case a publication of some rows and columns; admin; since 15
CREATE TABLE t (a int PRIMARY KEY, b int);
CREATE PUBLICATION p FOR TABLE t;
-- mutation
ALTER PUBLICATION p SET TABLE t (a) WHERE (a > 1);
-- expect changed publication p (tables)

-- case a subscription; admin
-- mutation
CREATE SUBSCRIPTION s CONNECTION 'host=nowhere password=secret' PUBLICATION p WITH (connect = false, slot_name = NONE);
-- expect extra subscription s

-- case all of a subscription; admin; since 14
CREATE SUBSCRIPTION s CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE);
-- mutation
ALTER SUBSCRIPTION s SET (slot_name = 'x');
ALTER SUBSCRIPTION s SET (binary = true);
ALTER SUBSCRIPTION s SET PUBLICATION q WITH (refresh = false);
ALTER SUBSCRIPTION s ENABLE;
COMMENT ON SUBSCRIPTION s IS 'x';
CREATE ROLE another SUPERUSER;
ALTER SUBSCRIPTION s OWNER TO another;
-- expect changed subscription s (comment)
-- expect changed subscription s (enabled)
-- expect changed subscription s (options)
-- expect changed subscription s (owner)
-- expect changed subscription s (publications)
-- expect changed subscription s (slot)
