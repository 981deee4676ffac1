-- case a check
CREATE TABLE t (a int, b int);
-- mutation
ALTER TABLE t ADD CHECK (a > 0);
-- expect extra constraint t_a_check on public.t

-- case a primary key that is gone, with its index
CREATE TABLE t (a int PRIMARY KEY);
-- mutation
ALTER TABLE t DROP CONSTRAINT t_pkey;
-- expect missing constraint t_pkey on public.t

-- case a constraint's name
CREATE TABLE t (a int CONSTRAINT one CHECK (a > 0));
-- mutation
ALTER TABLE t RENAME CONSTRAINT one TO "Two";
-- expect extra constraint "Two" on public.t
-- expect missing constraint one on public.t

-- case a constraint's type
CREATE TABLE t (a int NOT NULL CONSTRAINT c UNIQUE);
-- mutation
ALTER TABLE t DROP CONSTRAINT c;
ALTER TABLE t ADD CONSTRAINT c PRIMARY KEY (a);
-- expect changed constraint c on public.t (type)

-- case a constraint's columns
CREATE TABLE t (a int NOT NULL, b int NOT NULL, CONSTRAINT c PRIMARY KEY (a));
-- mutation
ALTER TABLE t DROP CONSTRAINT c;
ALTER TABLE t ADD CONSTRAINT c PRIMARY KEY (b, a);
-- expect changed constraint c on public.t (columns)

-- case a check's expression
CREATE TABLE t (a int CONSTRAINT c CHECK (a > 0));
-- mutation
ALTER TABLE t DROP CONSTRAINT c;
ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1);
-- expect changed constraint c on public.t (expression)

-- case an exclusion
CREATE TABLE t (a int4range, CONSTRAINT c EXCLUDE USING gist (a WITH &&));
-- mutation
ALTER TABLE t DROP CONSTRAINT c;
ALTER TABLE t ADD CONSTRAINT c EXCLUDE USING gist (a WITH =);
-- expect changed constraint c on public.t (exclusion)

-- case an exclusion's condition
CREATE TABLE t (a int4range, CONSTRAINT c EXCLUDE USING gist (a WITH &&) WHERE (a <> 'empty'));
-- mutation
ALTER TABLE t DROP CONSTRAINT c;
ALTER TABLE t ADD CONSTRAINT c EXCLUDE USING gist (a WITH &&);
-- expect changed constraint c on public.t (exclusion)

-- case a foreign key that nothing looks after; admin
CREATE TABLE p (a int PRIMARY KEY);
CREATE TABLE t (a int CONSTRAINT c REFERENCES p);
-- mutation
ALTER TABLE t DISABLE TRIGGER ALL;
-- expect changed constraint c on public.t (triggers disabled)

-- case a foreign key whose table does not tell what it loses; admin
CREATE TABLE p (a int PRIMARY KEY);
CREATE TABLE t (a int CONSTRAINT c REFERENCES p);
-- mutation
ALTER TABLE p DISABLE TRIGGER ALL;
-- expect changed constraint c on public.t (triggers disabled)

-- case a deferrable constraint that nothing looks after; admin
CREATE TABLE t (a int CONSTRAINT c UNIQUE DEFERRABLE);
-- mutation
ALTER TABLE t DISABLE TRIGGER ALL;
-- expect changed constraint c on public.t (triggers disabled)

-- case a foreign key of a partitioned table that nothing looks after; admin
CREATE TABLE p (a int PRIMARY KEY);
CREATE TABLE t (a int CONSTRAINT c REFERENCES p) PARTITION BY RANGE (a);
CREATE TABLE t1 PARTITION OF t DEFAULT;
-- mutation
ALTER TABLE t DISABLE TRIGGER ALL;
-- expect changed constraint c on public.t (triggers disabled)

-- case the table that a foreign key refers to
CREATE TABLE p (a int PRIMARY KEY);
CREATE TABLE q (a int PRIMARY KEY);
CREATE TABLE t (a int CONSTRAINT c REFERENCES p);
-- mutation
ALTER TABLE t DROP CONSTRAINT c;
ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES q;
-- expect changed constraint c on public.t (references)

-- case the columns that a foreign key refers to
CREATE TABLE p (a int UNIQUE, b int UNIQUE);
CREATE TABLE t (a int CONSTRAINT c REFERENCES p (a));
-- mutation
ALTER TABLE t DROP CONSTRAINT c;
ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES p (b);
-- expect changed constraint c on public.t (referenced columns)

-- case the order of the columns that a foreign key refers to
CREATE TABLE p (a int, b int, UNIQUE (a, b));
CREATE TABLE t (a int, b int, CONSTRAINT c FOREIGN KEY (a, b) REFERENCES p (a, b));
-- mutation
ALTER TABLE t DROP CONSTRAINT c;
ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a, b) REFERENCES p (b, a);
-- expect changed constraint c on public.t (referenced columns)

-- case how a foreign key matches
CREATE TABLE p (a int PRIMARY KEY);
CREATE TABLE t (a int CONSTRAINT c REFERENCES p);
-- mutation
ALTER TABLE t DROP CONSTRAINT c;
ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES p MATCH FULL;
-- expect changed constraint c on public.t (match)

-- case what a foreign key does on update
CREATE TABLE p (a int PRIMARY KEY);
CREATE TABLE t (a int CONSTRAINT c REFERENCES p);
-- mutation
ALTER TABLE t DROP CONSTRAINT c;
ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES p ON UPDATE CASCADE;
-- expect changed constraint c on public.t (on update)

-- case what a foreign key does on delete
CREATE TABLE p (a int PRIMARY KEY);
CREATE TABLE t (a int CONSTRAINT c REFERENCES p);
-- mutation
ALTER TABLE t DROP CONSTRAINT c;
ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES p ON DELETE SET NULL;
-- expect changed constraint c on public.t (on delete)

-- case which columns a foreign key sets on delete; since 15
CREATE TABLE p (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE t (a int, b int, CONSTRAINT c FOREIGN KEY (a, b) REFERENCES p ON DELETE SET NULL);
-- mutation
ALTER TABLE t DROP CONSTRAINT c;
ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a, b) REFERENCES p ON DELETE SET NULL (b);
-- expect changed constraint c on public.t (columns set on delete)

-- case a key without overlaps; since 18
CREATE TABLE t (a int4range, b int4range, CONSTRAINT c UNIQUE (a, b));
-- mutation
ALTER TABLE t DROP CONSTRAINT c;
ALTER TABLE t ADD CONSTRAINT c UNIQUE (a, b WITHOUT OVERLAPS);
-- expect changed constraint c on public.t (period)

-- case a check that is not inherited
CREATE TABLE t (a int CONSTRAINT c CHECK (a > 0));
-- mutation
ALTER TABLE t DROP CONSTRAINT c;
ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NO INHERIT;
-- expect changed constraint c on public.t (no inherit)

-- case a constraint that may be deferred
CREATE TABLE p (a int PRIMARY KEY);
CREATE TABLE t (a int CONSTRAINT c REFERENCES p);
-- mutation
ALTER TABLE t ALTER CONSTRAINT c DEFERRABLE;
-- expect changed constraint c on public.t (deferrable)

-- case a constraint that is deferred
CREATE TABLE p (a int PRIMARY KEY);
CREATE TABLE t (a int CONSTRAINT c REFERENCES p DEFERRABLE);
-- mutation
ALTER TABLE t ALTER CONSTRAINT c DEFERRABLE INITIALLY DEFERRED;
-- expect changed constraint c on public.t (initially deferred)

-- case a constraint that is not validated
CREATE TABLE t (a int);
ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;
-- mutation
ALTER TABLE t VALIDATE CONSTRAINT c;
-- expect changed constraint c on public.t (validated)

-- case a constraint that is not enforced; since 18
CREATE TABLE p (a int PRIMARY KEY);
CREATE TABLE t (a int CONSTRAINT c REFERENCES p NOT ENFORCED);
-- mutation
ALTER TABLE t ALTER CONSTRAINT c ENFORCED;
-- expect changed constraint c on public.t (enforced)
-- expect changed constraint c on public.t (validated)

-- case a constraint's comment
CREATE TABLE t (a int CONSTRAINT c CHECK (a > 0));
-- mutation
COMMENT ON CONSTRAINT c ON t IS 'x';
-- expect changed constraint c on public.t (comment)

-- case a check on an inherited table, once
CREATE TABLE t (a int);
CREATE TABLE u () INHERITS (t);
-- mutation
ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0);
-- expect extra constraint c on public.t

-- case a foreign key between partitioned tables, once
CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a);
CREATE TABLE p1 PARTITION OF p DEFAULT;
CREATE TABLE t (a int) PARTITION BY RANGE (a);
CREATE TABLE t1 PARTITION OF t DEFAULT;
-- mutation
ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES p;
-- expect extra constraint c on public.t

-- case the parent of a partition's foreign key
CREATE TABLE p (a int PRIMARY KEY);
CREATE TABLE t (a int CONSTRAINT c REFERENCES p, CONSTRAINT d FOREIGN KEY (a) REFERENCES p) PARTITION BY LIST (a);
CREATE TABLE u (a int CONSTRAINT c REFERENCES p, CONSTRAINT d FOREIGN KEY (a) REFERENCES p) PARTITION BY LIST (a);
CREATE TABLE t1 (a int CONSTRAINT c REFERENCES p, CONSTRAINT d FOREIGN KEY (a) REFERENCES p);
ALTER TABLE t ATTACH PARTITION t1 FOR VALUES IN (1);
-- mutation
ALTER TABLE t DETACH PARTITION t1;
ALTER TABLE u ATTACH PARTITION t1 FOR VALUES IN (1);
-- expect changed table public.t1 (parents)

-- case a check of a domain
CREATE DOMAIN amount AS numeric;
-- mutation
ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0);
-- expect extra constraint positive on domain public.amount

-- case what a check of a domain says
CREATE DOMAIN amount AS numeric CONSTRAINT positive CHECK (VALUE > 0);
-- mutation
ALTER DOMAIN amount DROP CONSTRAINT positive;
ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE >= 0);
-- expect changed constraint positive on domain public.amount (expression)
