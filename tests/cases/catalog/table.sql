-- case a table with all that hangs on it
-- mutation
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE CHECK (email <> ''), n serial
);
CREATE INDEX ON users (lower(email));
COMMENT ON TABLE users IS 'people';
COMMENT ON COLUMN users.email IS 'address';
GRANT SELECT ON users TO reader;
GRANT UPDATE (email) ON users TO app;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON users USING (true);
CREATE RULE quiet AS ON DELETE TO users DO INSTEAD NOTHING;
CREATE STATISTICS s ON id, email FROM users;
CREATE TRIGGER t BEFORE UPDATE ON users EXECUTE FUNCTION suppress_redundant_updates_trigger();
-- expect extra table public.users

-- case a table that is gone
CREATE TABLE "My Table" ("My Column" text PRIMARY KEY);
-- mutation
DROP TABLE "My Table";
-- expect missing table public."My Table"

-- case a table that another one refers to
CREATE TABLE a (id int PRIMARY KEY);
CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);
-- mutation
DROP TABLE a CASCADE;
-- expect missing constraint b_a_fkey on public.b
-- expect missing table public.a

-- case a table's name
CREATE TABLE a (id int PRIMARY KEY);
-- mutation
ALTER TABLE a RENAME TO b;
-- expect extra table public.b
-- expect missing table public.a

-- case a table's owner and that of its sequence
CREATE TABLE a (id serial);
-- mutation
ALTER TABLE a OWNER TO app;
-- expect changed table public.a (owner)

-- case a table's grants
CREATE TABLE a (id int);
-- mutation
GRANT SELECT, INSERT ON a TO reader WITH GRANT OPTION;
-- expect changed table public.a (grants)

-- case one grant more
CREATE TABLE a (id int);
GRANT SELECT ON a TO reader;
-- mutation
GRANT INSERT ON a TO reader;
-- expect changed table public.a (grants)

-- case the grant option
CREATE TABLE a (id int);
GRANT SELECT ON a TO reader WITH GRANT OPTION;
-- mutation
REVOKE GRANT OPTION FOR SELECT ON a FROM reader;
-- expect changed table public.a (grants)

-- case what the owner himself may do
CREATE TABLE a (id int);
-- mutation
REVOKE TRUNCATE ON a FROM CURRENT_USER;
-- expect changed table public.a (grants)

-- case a table's comment
CREATE TABLE a (id int);
COMMENT ON TABLE a IS 'one';
-- mutation
COMMENT ON TABLE a IS 'two';
-- expect changed table public.a (comment)

-- case a comment that is gone
CREATE TABLE a (id int);
COMMENT ON TABLE a IS 'one';
-- mutation
COMMENT ON TABLE a IS NULL;
-- expect changed table public.a (comment)

-- case a table without a write-ahead log
CREATE TABLE a (id int);
-- mutation
ALTER TABLE a SET UNLOGGED;
-- expect changed table public.a (persistence)

-- case a table's key of partitioning
CREATE TABLE a (id int, n int) PARTITION BY RANGE (id);
-- mutation
DROP TABLE a;
CREATE TABLE a (id int, n int) PARTITION BY LIST (id);
-- expect changed table public.a (partition key)

-- case a partition's bounds
CREATE TABLE a (id int, n int) PARTITION BY RANGE (id);
CREATE TABLE a1 PARTITION OF a FOR VALUES FROM (1) TO (10);
-- mutation
DROP TABLE a1;
CREATE TABLE a1 PARTITION OF a FOR VALUES FROM (1) TO (20);
-- expect changed table public.a1 (partition bound)

-- case a partition that is taken off
CREATE TABLE a (id int PRIMARY KEY, n int CHECK (n > 0)) PARTITION BY RANGE (id);
CREATE INDEX ON a (n);
CREATE TABLE a1 PARTITION OF a FOR VALUES FROM (1) TO (10);
-- mutation
ALTER TABLE a DETACH PARTITION a1;
-- expect changed table public.a1 (parents)
-- expect changed table public.a1 (partition bound)

-- case a partition that is half taken off; admin; since 14
CREATE TABLE a (id int) PARTITION BY RANGE (id);
CREATE TABLE a1 PARTITION OF a FOR VALUES FROM (1) TO (10);
-- mutation
UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'a1'::regclass;
-- expect changed table public.a1 (detach pending)

-- case a foreign partition that is half taken off; admin; since 14
CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER s FOREIGN DATA WRAPPER w;
CREATE TABLE a (id int) PARTITION BY RANGE (id);
CREATE FOREIGN TABLE a1 PARTITION OF a FOR VALUES FROM (1) TO (10) SERVER s;
-- mutation
UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'a1'::regclass;
-- expect changed foreign table public.a1 (detach pending)

-- case a table that is a view now
CREATE TABLE a (id int PRIMARY KEY, n text);
CREATE INDEX ON a (n);
-- mutation
DROP TABLE a;
CREATE VIEW a AS SELECT 1 AS id, 'x' AS n;
-- expect extra view public.a
-- expect missing table public.a

-- case a partitioned table with its partitions
-- mutation
CREATE TABLE a (id int PRIMARY KEY, n int CHECK (n > 0)) PARTITION BY RANGE (id);
CREATE INDEX ON a (n);
CREATE TABLE a1 PARTITION OF a FOR VALUES FROM (1) TO (10);
CREATE TABLE a2 PARTITION OF a DEFAULT PARTITION BY RANGE (id);
CREATE TABLE a3 PARTITION OF a2 DEFAULT;
-- expect extra table public.a

-- case a table's parent by inheritance
CREATE TABLE a (id int);
CREATE TABLE b (id int);
-- mutation
ALTER TABLE b INHERIT a;
-- expect changed table public.b (parents)

-- case columns in another order
CREATE TABLE a (one int, two int, three int);
-- mutation
ALTER TABLE a DROP COLUMN two;
ALTER TABLE a ADD COLUMN two int;
-- expect changed table public.a (column order)

-- case row security
CREATE TABLE a (id int);
-- mutation
ALTER TABLE a ENABLE ROW LEVEL SECURITY;
-- expect changed table public.a (row security)

-- case row security for the owner too
CREATE TABLE a (id int);
-- mutation
ALTER TABLE a FORCE ROW LEVEL SECURITY;
-- expect changed table public.a (forced row security)

-- case the replica identity
CREATE TABLE a (id int NOT NULL);
CREATE UNIQUE INDEX i ON a (id);
-- mutation
ALTER TABLE a REPLICA IDENTITY USING INDEX i;
-- expect changed table public.a (replica identity)

-- case a storage parameter
CREATE TABLE a (id int);
-- mutation
ALTER TABLE a SET (fillfactor = 70);
-- expect changed table public.a (options)

-- case a storage parameter of the TOAST table
CREATE TABLE a (id text);
-- mutation
ALTER TABLE a SET (toast.autovacuum_enabled = off);
-- expect changed table public.a (options)

-- case the type that a table is of
CREATE TYPE y AS (id int);
CREATE TABLE a (id int);
-- mutation
ALTER TABLE a OF y;
-- expect changed table public.a (row type)

-- case a table's tablespace; admin
CREATE TABLE a (id int);
-- mutation
DROP TABLE a;
CREATE TABLE a (id int) TABLESPACE elsewhere;
-- expect changed table public.a (tablespace)

-- case a table's access method; admin
CREATE ACCESS METHOD other TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE a (id int);
-- mutation
DROP TABLE a;
CREATE TABLE a (id int) USING other;
-- expect changed table public.a (access method)
