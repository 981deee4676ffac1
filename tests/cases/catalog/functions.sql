-- case a function
-- mutation
CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
-- expect extra function public.f(integer)

-- case a function that is gone, of several of one name
CREATE FUNCTION "F"(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION "F"(a "char"[], b varchar(3)) RETURNS int LANGUAGE sql AS 'SELECT 1';
-- mutation
DROP FUNCTION "F"("char"[], varchar);
-- expect missing function public."F"("char"[],character varying)

-- case a function's body
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
-- mutation
CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2';
-- expect changed function public.f() (body)

-- case a body in the standard's form; since 14
CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1;
-- mutation
CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql RETURN 2;
-- expect changed function public.f() (body)

-- case the name of an argument
CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
-- mutation
DROP FUNCTION f(int);
CREATE FUNCTION f(b int DEFAULT 3) RETURNS int LANGUAGE sql AS 'SELECT 1';
-- expect changed function public.f(integer) (arguments)

-- case what a function returns
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
-- mutation
DROP FUNCTION f();
CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
-- expect changed function public.f() (returns)

-- case a function's language
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
-- mutation
CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
-- expect changed function public.f() (body)
-- expect changed function public.f() (language)

-- case a function's volatility
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
-- mutation
ALTER FUNCTION f() STABLE;
-- expect changed function public.f() (volatility)

-- case whether a function runs in parallel
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
-- mutation
ALTER FUNCTION f() PARALLEL SAFE;
-- expect changed function public.f() (parallel)

-- case whose rights a function has
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
-- mutation
ALTER FUNCTION f() SECURITY DEFINER;
-- expect changed function public.f() (security definer)

-- case a function of no null
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
-- mutation
ALTER FUNCTION f() STRICT;
-- expect changed function public.f() (strict)

-- case a function that leaks nothing; admin
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
-- mutation
ALTER FUNCTION f() LEAKPROOF;
-- expect changed function public.f() (leakproof)

-- case what a function costs, and how many rows it returns
CREATE FUNCTION f() RETURNS SETOF int LANGUAGE sql AS 'SELECT 1';
-- mutation
ALTER FUNCTION f() COST 5 ROWS 7;
-- expect changed function public.f() (cost)
-- expect changed function public.f() (rows)

-- case a function's support function; admin
CREATE FUNCTION f() RETURNS SETOF int LANGUAGE sql AS 'SELECT 1';
-- mutation
ALTER FUNCTION f() SUPPORT generate_series_int4_support;
-- expect changed function public.f() (support function)

-- case a function's settings
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
-- mutation
ALTER FUNCTION f() SET search_path = app, public;
-- expect changed function public.f() (configuration)

-- case a function's owner
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
-- mutation
ALTER FUNCTION f() OWNER TO app;
-- expect changed function public.f() (owner)

-- case a function's grants
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
-- mutation
REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC;
-- expect changed function public.f() (grants)

-- case a function's comment
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
-- mutation
COMMENT ON FUNCTION f() IS 'x';
-- expect changed function public.f() (comment)

-- case a function in another library; admin
CREATE FUNCTION f() RETURNS int8 LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_call_handler';
-- mutation
CREATE OR REPLACE FUNCTION f() RETURNS int8 LANGUAGE c STRICT AS 'plpgsql', 'plpgsql_call_handler';
-- expect changed function public.f() (library)

-- case a window function; admin
CREATE FUNCTION f() RETURNS int8 LANGUAGE internal IMMUTABLE AS 'window_row_number';
-- mutation
DROP FUNCTION f();
CREATE FUNCTION f() RETURNS int8 LANGUAGE internal IMMUTABLE WINDOW AS 'window_row_number';
-- expect changed function public.f() (window)

-- case a transform; admin
-- mutation
CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal));
-- expect extra transform for integer language sql

-- case what a transform is; admin
CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal));
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE p(int) LANGUAGE sql AS 'SELECT 1';
-- mutation
CREATE OR REPLACE TRANSFORM FOR int LANGUAGE sql (
    FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal)
);
COMMENT ON TRANSFORM FOR int LANGUAGE sql IS 'x';
CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE sql TRANSFORM FOR TYPE int AS 'SELECT 1';
CREATE OR REPLACE PROCEDURE p(int) LANGUAGE sql TRANSFORM FOR TYPE int AS 'SELECT 1';
-- expect changed function public.f(integer) (transforms)
-- expect changed procedure public.p(integer) (transforms)
-- expect changed transform for integer language sql (comment)
-- expect changed transform for integer language sql (definition)

-- case a procedure
CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1';
-- mutation
DROP PROCEDURE p();
-- expect missing procedure public.p()

-- case all of a procedure
CREATE PROCEDURE p(a int) LANGUAGE sql AS 'SELECT 1';
-- mutation
DROP PROCEDURE p;
CREATE PROCEDURE p(b int) LANGUAGE plpgsql AS 'BEGIN END';
ALTER PROCEDURE p SECURITY DEFINER;
ALTER PROCEDURE p SET work_mem = '1MB';
GRANT EXECUTE ON PROCEDURE p TO reader;
COMMENT ON PROCEDURE p IS 'x';
ALTER PROCEDURE p OWNER TO app;
-- expect changed procedure public.p(integer) (arguments)
-- expect changed procedure public.p(integer) (body)
-- expect changed procedure public.p(integer) (comment)
-- expect changed procedure public.p(integer) (configuration)
-- expect changed procedure public.p(integer) (grants)
-- expect changed procedure public.p(integer) (language)
-- expect changed procedure public.p(integer) (owner)
-- expect changed procedure public.p(integer) (security definer)

-- case a procedure in another library; admin
CREATE PROCEDURE p() LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
-- mutation
CREATE OR REPLACE PROCEDURE p() LANGUAGE c AS 'plpgsql', 'plpgsql_call_handler';
-- expect changed procedure public.p() (library)

-- case an aggregate
-- mutation
CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int);
-- expect extra aggregate public.total(integer)

-- case all of an aggregate
CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int);
-- mutation
DROP AGGREGATE total(int);
CREATE AGGREGATE total(a int) (SFUNC = int4pl, STYPE = int, INITCOND = '5', PARALLEL = SAFE, FINALFUNC = int8);
GRANT EXECUTE ON FUNCTION total(int) TO reader;
COMMENT ON AGGREGATE total(int) IS 'x';
ALTER AGGREGATE total(int) OWNER TO app;
-- expect changed aggregate public.total(integer) (arguments)
-- expect changed aggregate public.total(integer) (comment)
-- expect changed aggregate public.total(integer) (definition)
-- expect changed aggregate public.total(integer) (grants)
-- expect changed aggregate public.total(integer) (owner)
-- expect changed aggregate public.total(integer) (parallel)
-- expect changed aggregate public.total(integer) (returns)

-- case an operator
-- mutation
CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int);
-- expect extra operator public.===(integer,integer)

-- case all of an operator
CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int);
-- mutation
ALTER OPERATOR === (int, int) SET (RESTRICT = eqsel);
ALTER OPERATOR === (int, int) OWNER TO app;
COMMENT ON OPERATOR === (int, int) IS 'x';
-- expect changed operator public.===(integer,integer) (comment)
-- expect changed operator public.===(integer,integer) (definition)
-- expect changed operator public.===(integer,integer) (owner)

-- case an operator class; admin
-- mutation
CREATE OPERATOR CLASS other FOR TYPE int USING btree AS OPERATOR 1 <, FUNCTION 1 btint4cmp(int, int);
-- expect extra operator class public.other using btree
-- expect extra operator family public.other using btree

-- case an operator class that leaves its family behind; admin
CREATE OPERATOR CLASS other FOR TYPE int USING btree AS OPERATOR 1 <, FUNCTION 1 btint4cmp(int, int);
-- mutation
DROP OPERATOR CLASS other USING btree;
-- expect changed operator family public.other using btree (members)
-- expect missing operator class public.other using btree

-- case all of an operator class and of its family; admin
CREATE OPERATOR FAMILY f USING btree;
CREATE OPERATOR CLASS c FOR TYPE int USING btree FAMILY f AS OPERATOR 1 <, FUNCTION 1 btint4cmp(int, int);
CREATE OPERATOR FAMILY g USING btree;
CREATE OPERATOR CLASS d FOR TYPE int USING btree FAMILY g AS OPERATOR 1 <, FUNCTION 1 btint4cmp(int, int);
-- mutation
DROP OPERATOR CLASS c USING btree;
DROP OPERATOR CLASS d USING btree;
CREATE OPERATOR CLASS c FOR TYPE int USING btree FAMILY g AS OPERATOR 1 <, FUNCTION 1 btint4cmp(int, int);
CREATE OPERATOR CLASS d FOR TYPE int8 USING btree FAMILY f AS OPERATOR 1 <, FUNCTION 1 btint8cmp(int8, int8);
ALTER OPERATOR CLASS c USING btree OWNER TO app;
COMMENT ON OPERATOR CLASS c USING btree IS 'x';
ALTER OPERATOR FAMILY g USING btree OWNER TO app;
COMMENT ON OPERATOR FAMILY g USING btree IS 'x';
-- expect changed operator class public.c using btree (comment)
-- expect changed operator class public.c using btree (definition)
-- expect changed operator class public.c using btree (owner)
-- expect changed operator class public.d using btree (definition)
-- expect changed operator family public.f using btree (members)
-- expect changed operator family public.g using btree (comment)
-- expect changed operator family public.g using btree (owner)
