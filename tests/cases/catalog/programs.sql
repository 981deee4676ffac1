-- case a trigger
CREATE TABLE t (a int);
-- mutation
CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
-- expect extra trigger g on public.t

-- case when a trigger fires
CREATE TABLE t (a int);
CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
-- mutation
DROP TRIGGER g ON t;
CREATE TRIGGER g BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
-- expect changed trigger g on public.t (definition)

-- case what a trigger does
CREATE TABLE t (a int);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
-- mutation
DROP TRIGGER g ON t;
CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
-- expect changed trigger g on public.t (definition)

-- case a trigger that is off
CREATE TABLE t (a int);
CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
-- mutation
ALTER TABLE t DISABLE TRIGGER g;
-- expect changed trigger g on public.t (enabled)

-- case a trigger's comment
CREATE TABLE t (a int);
CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
-- mutation
COMMENT ON TRIGGER g ON t IS 'x';
-- expect changed trigger g on public.t (comment)

-- case a trigger on a partitioned table, once
CREATE TABLE t (a int) PARTITION BY RANGE (a);
CREATE TABLE t1 PARTITION OF t DEFAULT;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
-- mutation
CREATE TRIGGER g AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
-- expect extra trigger g on public.t

-- case a trigger on a constraint's behalf
CREATE TABLE t (a int);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
-- mutation
CREATE CONSTRAINT TRIGGER g AFTER UPDATE ON t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION f();
-- expect extra trigger g on public.t

-- case a trigger that a partition has of its own
CREATE TABLE t (a int) PARTITION BY RANGE (a);
CREATE TABLE t1 PARTITION OF t DEFAULT;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER g AFTER UPDATE ON t1 FOR EACH ROW EXECUTE FUNCTION f();
-- mutation
DROP TRIGGER g ON t1;
CREATE TRIGGER g AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
-- expect changed trigger g on public.t1 (parent)
-- expect extra trigger g on public.t

-- case an event trigger; admin
CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
-- mutation
CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f();
-- expect extra event trigger e

-- case all of an event trigger; admin
CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION g() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f();
-- mutation
DROP EVENT TRIGGER e;
CREATE EVENT TRIGGER e ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION g();
ALTER EVENT TRIGGER e DISABLE;
COMMENT ON EVENT TRIGGER e IS 'x';
CREATE ROLE another SUPERUSER;
ALTER EVENT TRIGGER e OWNER TO another;
-- expect changed event trigger e (comment)
-- expect changed event trigger e (enabled)
-- expect changed event trigger e (event)
-- expect changed event trigger e (function)
-- expect changed event trigger e (owner)
-- expect changed event trigger e (tags)

-- case a rule
CREATE TABLE t (a int);
-- mutation
CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING;
-- expect extra rule r on public.t

-- case all of a rule
CREATE TABLE t (a int);
CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING;
-- mutation
CREATE OR REPLACE RULE r AS ON DELETE TO t WHERE a > 1 DO INSTEAD NOTHING;
ALTER TABLE t DISABLE RULE r;
COMMENT ON RULE r ON t IS 'x';
-- expect changed rule r on public.t (comment)
-- expect changed rule r on public.t (definition)
-- expect changed rule r on public.t (enabled)

-- case a policy
CREATE TABLE t (a int);
-- mutation
CREATE POLICY p ON t;
-- expect extra policy p on public.t

-- case whom a policy is for
CREATE TABLE t (a int);
CREATE POLICY p ON t TO app;
-- mutation
ALTER POLICY p ON t TO app, reader;
-- expect changed policy p on public.t (roles)

-- case what a policy shows
CREATE TABLE t (a int);
CREATE POLICY p ON t USING (a > 1);
-- mutation
ALTER POLICY p ON t USING (a > 2);
-- expect changed policy p on public.t (using)

-- case what a policy takes
CREATE TABLE t (a int);
CREATE POLICY p ON t WITH CHECK (a > 1);
-- mutation
ALTER POLICY p ON t WITH CHECK (a > 2);
-- expect changed policy p on public.t (check)

-- case a policy's command and kind
CREATE TABLE t (a int);
CREATE POLICY p ON t USING (a > 1);
-- mutation
DROP POLICY p ON t;
CREATE POLICY p ON t AS RESTRICTIVE FOR SELECT USING (a > 1);
-- expect changed policy p on public.t (command)
-- expect changed policy p on public.t (permissive)

-- case a policy's comment
CREATE TABLE t (a int);
CREATE POLICY p ON t USING (a > 1);
-- mutation
COMMENT ON POLICY p ON t IS 'x';
-- expect changed policy p on public.t (comment)

-- case a view
-- mutation
CREATE VIEW v AS SELECT 1 AS a;
-- expect extra view public.v

-- case all of a view
CREATE VIEW v AS SELECT 1 AS a;
-- mutation
CREATE OR REPLACE VIEW v WITH (security_barrier) AS SELECT 2 AS a;
GRANT SELECT ON v TO reader;
COMMENT ON VIEW v IS 'x';
ALTER VIEW v OWNER TO app;
-- expect changed view public.v (comment)
-- expect changed view public.v (definition)
-- expect changed view public.v (grants)
-- expect changed view public.v (options)
-- expect changed view public.v (owner)

-- case a materialized view
-- mutation
CREATE MATERIALIZED VIEW v AS SELECT 1 AS a;
CREATE INDEX ON v (a);
-- expect extra materialized view public.v

-- case a materialized view without its rows
CREATE MATERIALIZED VIEW v AS SELECT 1 AS a;
-- mutation
REFRESH MATERIALIZED VIEW v WITH NO DATA;
-- expect changed materialized view public.v (populated)

-- case all of a materialized view; admin
CREATE ACCESS METHOD other TYPE TABLE HANDLER heap_tableam_handler;
CREATE MATERIALIZED VIEW v AS SELECT 1 AS a;
-- mutation
DROP MATERIALIZED VIEW v;
CREATE MATERIALIZED VIEW v USING other WITH (fillfactor = 70) TABLESPACE elsewhere AS SELECT 2 AS a;
GRANT SELECT ON v TO reader;
COMMENT ON MATERIALIZED VIEW v IS 'x';
ALTER MATERIALIZED VIEW v OWNER TO app;
-- expect changed materialized view public.v (access method)
-- expect changed materialized view public.v (comment)
-- expect changed materialized view public.v (definition)
-- expect changed materialized view public.v (grants)
-- expect changed materialized view public.v (options)
-- expect changed materialized view public.v (owner)
-- expect changed materialized view public.v (tablespace)

-- case a sequence
-- mutation
CREATE SEQUENCE "S";
-- expect extra sequence public."S"

-- case a sequence's steps
CREATE SEQUENCE s;
-- mutation
ALTER SEQUENCE s START 5 RESTART 5 MINVALUE 2 MAXVALUE 99 INCREMENT 3 CYCLE CACHE 4;
-- expect changed sequence public.s (cache)
-- expect changed sequence public.s (cycle)
-- expect changed sequence public.s (increment)
-- expect changed sequence public.s (maximum)
-- expect changed sequence public.s (minimum)
-- expect changed sequence public.s (start)

-- case a sequence's type
CREATE SEQUENCE s MAXVALUE 99;
-- mutation
ALTER SEQUENCE s AS smallint;
-- expect changed sequence public.s (type)

-- case the column that owns a sequence
CREATE TABLE t (a int, b int);
CREATE SEQUENCE s OWNED BY t.a;
-- mutation
ALTER SEQUENCE s OWNED BY t.b;
-- expect changed sequence public.s (owned by)

-- case a sequence without an owner
CREATE TABLE t (a serial);
-- mutation
ALTER SEQUENCE t_a_seq OWNED BY NONE;
-- expect changed sequence public.t_a_seq (owned by)

-- case a sequence without a write-ahead log; since 15
CREATE SEQUENCE s;
-- mutation
ALTER SEQUENCE s SET UNLOGGED;
-- expect changed sequence public.s (persistence)

-- case a sequence's owner, grants and comment
CREATE SEQUENCE s;
-- mutation
GRANT USAGE ON SEQUENCE s TO reader;
COMMENT ON SEQUENCE s IS 'x';
ALTER SEQUENCE s OWNER TO app;
-- expect changed sequence public.s (comment)
-- expect changed sequence public.s (grants)
-- expect changed sequence public.s (owner)

-- case statistics
CREATE TABLE t (a int, b int);
-- mutation
CREATE STATISTICS s ON a, b FROM t;
-- expect extra statistics public.s

-- case all of statistics
CREATE TABLE t (a int, b int);
CREATE STATISTICS s ON a, b FROM t;
-- mutation
DROP STATISTICS s;
CREATE STATISTICS s (ndistinct) ON a, b FROM t;
ALTER STATISTICS s SET STATISTICS 77;
COMMENT ON STATISTICS s IS 'x';
ALTER STATISTICS s OWNER TO app;
-- expect changed statistics public.s (comment)
-- expect changed statistics public.s (definition)
-- expect changed statistics public.s (owner)
-- expect changed statistics public.s (statistics target)
