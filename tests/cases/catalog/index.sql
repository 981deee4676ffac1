-- case an index
CREATE TABLE t (a int, b text);
-- mutation
CREATE INDEX i ON t (a);
-- expect extra index public.i

-- case an index that is gone
CREATE TABLE t (a int, b text);
CREATE INDEX "I" ON t (a);
-- mutation
DROP INDEX "I";
-- expect missing index public."I"

-- case an index's keys
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a);
-- mutation
DROP INDEX i;
CREATE INDEX i ON t (a, b);
-- expect changed index public.i (keys)

-- case the order of an index's keys
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a, b);
-- mutation
DROP INDEX i;
CREATE INDEX i ON t (b, a);
-- expect changed index public.i (keys)

-- case the direction of an index
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a);
-- mutation
DROP INDEX i;
CREATE INDEX i ON t (a DESC);
-- expect changed index public.i (keys)

-- case where nulls stand in an index
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a);
-- mutation
DROP INDEX i;
CREATE INDEX i ON t (a NULLS FIRST);
-- expect changed index public.i (keys)

-- case an operator class
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (b);
-- mutation
DROP INDEX i;
CREATE INDEX i ON t (b text_pattern_ops);
-- expect changed index public.i (keys)

-- case one of two operator classes that are both the default of a type; admin
CREATE OPERATOR CLASS mine DEFAULT FOR TYPE varchar USING btree AS
    OPERATOR 1 <(text, text), OPERATOR 2 <=(text, text), OPERATOR 3 =(text, text), OPERATOR 4 >=(text, text),
    OPERATOR 5 >(text, text), FUNCTION 1 (varchar, varchar) bttextcmp(text, text);
CREATE TABLE t (a varchar);
CREATE INDEX i ON t (a);
-- mutation
DROP INDEX i;
CREATE INDEX i ON t (a text_ops);
-- expect changed index public.i (keys)

-- case the options of an operator class
CREATE TABLE t (a tsvector);
CREATE INDEX i ON t USING gist (a);
-- mutation
DROP INDEX i;
CREATE INDEX i ON t USING gist (a tsvector_ops (siglen = 99));
-- expect changed index public.i (keys)

-- case an index's collation
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (b);
-- mutation
DROP INDEX i;
CREATE INDEX i ON t (b COLLATE "C");
-- expect changed index public.i (keys)

-- case an index's expression
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (lower(b), (a + 1));
-- mutation
DROP INDEX i;
CREATE INDEX i ON t (lower(b), (a + 2));
-- expect changed index public.i (keys)

-- case a column that an index includes
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a);
-- mutation
DROP INDEX i;
CREATE INDEX i ON t (a) INCLUDE (b);
-- expect changed index public.i (included)

-- case an index's condition
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a) WHERE a > 1;
-- mutation
DROP INDEX i;
CREATE INDEX i ON t (a) WHERE a > 2;
-- expect changed index public.i (predicate)

-- case an index's method
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a);
-- mutation
DROP INDEX i;
CREATE INDEX i ON t USING hash (a);
-- expect changed index public.i (method)

-- case a unique index
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a);
-- mutation
DROP INDEX i;
CREATE UNIQUE INDEX i ON t (a);
-- expect changed index public.i (unique)

-- case nulls that are not distinct; since 15
CREATE TABLE t (a int, b text);
CREATE UNIQUE INDEX i ON t (a);
-- mutation
DROP INDEX i;
CREATE UNIQUE INDEX i ON t (a) NULLS NOT DISTINCT;
-- expect changed index public.i (nulls not distinct)

-- case the index of a constraint
CREATE TABLE t (a int NOT NULL, b text);
CREATE UNIQUE INDEX i ON t (a);
-- mutation
ALTER TABLE t ADD CONSTRAINT i UNIQUE USING INDEX i;
-- expect extra constraint i on public.t

-- case a storage parameter of an index
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a);
-- mutation
ALTER INDEX i SET (fillfactor = 70);
-- expect changed index public.i (options)

-- case the index that a table is clustered on
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a);
-- mutation
ALTER TABLE t CLUSTER ON i;
-- expect changed index public.i (clustered)

-- case an index's statistics target
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (lower(b));
-- mutation
ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 99;
-- expect changed index public.i (statistics target)

-- case an index's comment
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a);
-- mutation
COMMENT ON INDEX i IS 'x';
-- expect changed index public.i (comment)

-- case an index's tablespace; admin
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a);
-- mutation
DROP INDEX i;
CREATE INDEX i ON t (a) TABLESPACE elsewhere;
-- expect changed index public.i (tablespace)

-- case an index on a partitioned table, once
CREATE TABLE t (a int, b text) PARTITION BY RANGE (a);
CREATE TABLE t1 PARTITION OF t DEFAULT;
-- mutation
CREATE INDEX i ON t (b);
-- expect extra index public.i

-- case an index that joins that of the partitioned table
CREATE TABLE t (a int, b text) PARTITION BY RANGE (a);
CREATE TABLE t1 PARTITION OF t DEFAULT;
CREATE INDEX i ON ONLY t (b);
CREATE INDEX j ON t1 (b);
-- mutation
ALTER INDEX i ATTACH PARTITION j;
-- expect changed index public.i (valid)
-- expect changed index public.j (parent)

-- case an index that is not ready; admin
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a);
-- mutation
UPDATE pg_index SET indisready = false, indisvalid = false WHERE indexrelid = 'i'::regclass;
-- expect changed index public.i (ready)
-- expect changed index public.i (valid)
