-- case an enum
-- mutation
CREATE TYPE "Mood" AS ENUM ('sad', 'happy');
-- expect extra enum public."Mood"

-- case a label at the end
CREATE TYPE mood AS ENUM ('sad', 'happy');
-- mutation
ALTER TYPE mood ADD VALUE 'angry';
-- expect changed enum public.mood (labels)

-- case a label in the middle
CREATE TYPE mood AS ENUM ('sad', 'happy');
-- mutation
ALTER TYPE mood ADD VALUE 'so so' BEFORE 'happy';
-- expect changed enum public.mood (labels)

-- case the order of the labels
CREATE TYPE mood AS ENUM ('sad', 'happy');
-- mutation
DROP TYPE mood;
CREATE TYPE mood AS ENUM ('happy', 'sad');
-- expect changed enum public.mood (labels)

-- case an enum's owner
CREATE TYPE mood AS ENUM ('sad');
-- mutation
ALTER TYPE mood OWNER TO app;
-- expect changed enum public.mood (owner)

-- case an enum's grants
CREATE TYPE mood AS ENUM ('sad');
-- mutation
REVOKE USAGE ON TYPE mood FROM PUBLIC;
-- expect changed enum public.mood (grants)

-- case an enum's comment
CREATE TYPE mood AS ENUM ('sad');
-- mutation
COMMENT ON TYPE mood IS 'x';
-- expect changed enum public.mood (comment)

-- case a domain with its check
-- mutation
CREATE DOMAIN amount AS numeric NOT NULL DEFAULT 1 CHECK (VALUE > 0);
-- expect extra domain public.amount

-- case a domain's type
CREATE DOMAIN amount AS numeric(10, 2);
-- mutation
DROP DOMAIN amount;
CREATE DOMAIN amount AS numeric(12, 2);
-- expect changed domain public.amount (type)

-- case a domain's collation
CREATE DOMAIN name_ AS text;
-- mutation
DROP DOMAIN name_;
CREATE DOMAIN name_ AS text COLLATE "C";
-- expect changed domain public.name_ (collation)

-- case a domain that may not be null
CREATE DOMAIN amount AS numeric;
-- mutation
ALTER DOMAIN amount SET NOT NULL;
-- expect changed domain public.amount (nullable)

-- case a domain's default
CREATE DOMAIN amount AS numeric;
-- mutation
ALTER DOMAIN amount SET DEFAULT 7;
-- expect changed domain public.amount (default)

-- case a domain's owner
CREATE DOMAIN amount AS numeric;
-- mutation
ALTER DOMAIN amount OWNER TO app;
-- expect changed domain public.amount (owner)

-- case a domain's grants
CREATE DOMAIN amount AS numeric;
-- mutation
GRANT USAGE ON DOMAIN amount TO reader;
-- expect changed domain public.amount (grants)

-- case a domain's comment
CREATE DOMAIN amount AS numeric;
-- mutation
COMMENT ON DOMAIN amount IS 'x';
-- expect changed domain public.amount (comment)

-- case a composite type
-- mutation
CREATE TYPE address AS (street text, zip text);
-- expect extra composite type public.address

-- case an attribute of a composite type
CREATE TYPE address AS (street text, zip text);
-- mutation
ALTER TYPE address ADD ATTRIBUTE city text;
ALTER TYPE address ALTER ATTRIBUTE zip TYPE varchar(9);
-- expect changed column public.address.zip (type)
-- expect extra column public.address.city

-- case the order of the attributes
CREATE TYPE address AS (street text, zip text);
-- mutation
DROP TYPE address;
CREATE TYPE address AS (zip text, street text);
-- expect changed composite type public.address (column order)

-- case a composite type's owner
CREATE TYPE address AS (street text, zip text);
-- mutation
ALTER TYPE address OWNER TO app;
-- expect changed composite type public.address (owner)

-- case a composite type's grants
CREATE TYPE address AS (street text, zip text);
-- mutation
GRANT USAGE ON TYPE address TO reader;
-- expect changed composite type public.address (grants)

-- case a composite type's comment
CREATE TYPE address AS (street text, zip text);
-- mutation
COMMENT ON TYPE address IS 'x';
-- expect changed composite type public.address (comment)

-- case a range type
-- mutation
CREATE TYPE span AS RANGE (subtype = float8);
-- expect extra range type public.span

-- case what a range type ranges over
CREATE TYPE span AS RANGE (subtype = float8);
-- mutation
DROP TYPE span;
CREATE TYPE span AS RANGE (subtype = float4);
-- expect changed range type public.span (definition)
-- expect changed range type public.span (subtype)

-- case what else a range type says
CREATE TYPE span AS RANGE (subtype = float8);
-- mutation
DROP TYPE span;
CREATE TYPE span AS RANGE (subtype = float8, subtype_diff = float8mi);
-- expect changed range type public.span (definition)

-- case a range type's owner
CREATE TYPE span AS RANGE (subtype = float8);
-- mutation
ALTER TYPE span OWNER TO app;
-- expect changed range type public.span (owner)

-- case a range type's grants
CREATE TYPE span AS RANGE (subtype = float8);
-- mutation
GRANT USAGE ON TYPE span TO reader;
-- expect changed range type public.span (grants)

-- case a range type's comment
CREATE TYPE span AS RANGE (subtype = float8);
-- mutation
COMMENT ON TYPE span IS 'x';
-- expect changed range type public.span (comment)

-- case a type of its own; admin
-- mutation
CREATE TYPE mine;
-- expect extra base type public.mine

-- case what a type of its own is; admin
CREATE TYPE mine;
CREATE FUNCTION mine_in(cstring) RETURNS mine LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION mine_out(mine) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE mine (INPUT = mine_in, OUTPUT = mine_out, INTERNALLENGTH = variable);
-- mutation
ALTER TYPE mine SET (STORAGE = extended);
-- expect changed base type public.mine (definition)

-- case the owner, the grants and the comment of a type of its own; admin
CREATE TYPE mine;
CREATE FUNCTION mine_in(cstring) RETURNS mine LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION mine_out(mine) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE mine (INPUT = mine_in, OUTPUT = mine_out, INTERNALLENGTH = variable);
-- mutation
ALTER TYPE mine OWNER TO app;
GRANT USAGE ON TYPE mine TO reader;
COMMENT ON TYPE mine IS 'x';
-- expect changed base type public.mine (comment)
-- expect changed base type public.mine (grants)
-- expect changed base type public.mine (owner)

-- case a cast
CREATE TYPE address AS (street text, zip text);
-- mutation
CREATE CAST (address AS text) WITH INOUT;
-- expect extra cast (public.address AS text)

-- case a cast's context, way and comment
CREATE TYPE address AS (street text, zip text);
CREATE FUNCTION shown(address) RETURNS text LANGUAGE sql AS 'SELECT ''x''::text';
CREATE CAST (address AS text) WITH INOUT;
-- mutation
DROP CAST (address AS text);
CREATE CAST (address AS text) WITH FUNCTION shown(address) AS ASSIGNMENT;
COMMENT ON CAST (address AS text) IS 'x';
-- expect changed cast (public.address AS text) (comment)
-- expect changed cast (public.address AS text) (context)
-- expect changed cast (public.address AS text) (definition)
