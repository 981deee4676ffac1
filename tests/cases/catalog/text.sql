-- case a collation
-- mutation
CREATE COLLATION c (provider = libc, locale = 'C');
-- expect extra collation public.c

-- case all of a collation
CREATE COLLATION c (provider = libc, locale = 'C');
-- mutation
DROP COLLATION c;
CREATE COLLATION c (provider = libc, locale = 'POSIX');
COMMENT ON COLLATION c IS 'x';
ALTER COLLATION c OWNER TO app;
-- expect changed collation public.c (comment)
-- expect changed collation public.c (definition)
-- expect changed collation public.c (owner)

-- case a collation's provider; since 17
CREATE COLLATION c (provider = libc, locale = 'C');
-- mutation
DROP COLLATION c;
CREATE COLLATION c (provider = builtin, locale = 'C');
-- expect changed collation public.c (definition)
-- expect changed collation public.c (provider)

-- case a conversion
-- mutation
CREATE CONVERSION c FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
-- expect extra conversion public.c

-- case all of a conversion
CREATE CONVERSION c FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
-- mutation
DROP CONVERSION c;
CREATE DEFAULT CONVERSION c FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;
COMMENT ON CONVERSION c IS 'x';
ALTER CONVERSION c OWNER TO app;
-- expect changed conversion public.c (comment)
-- expect changed conversion public.c (default)
-- expect changed conversion public.c (definition)
-- expect changed conversion public.c (owner)

-- case a text search configuration
-- mutation
CREATE TEXT SEARCH CONFIGURATION c (COPY = simple);
-- expect extra text search configuration public.c

-- case all of a text search configuration; admin
CREATE TEXT SEARCH PARSER p (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH CONFIGURATION c (COPY = simple);
CREATE TEXT SEARCH CONFIGURATION d (COPY = simple);
-- mutation
ALTER TEXT SEARCH CONFIGURATION c DROP MAPPING FOR word;
COMMENT ON TEXT SEARCH CONFIGURATION c IS 'x';
ALTER TEXT SEARCH CONFIGURATION c OWNER TO app;
DROP TEXT SEARCH CONFIGURATION d;
CREATE TEXT SEARCH CONFIGURATION d (PARSER = p);
-- expect changed text search configuration public.c (comment)
-- expect changed text search configuration public.c (mappings)
-- expect changed text search configuration public.c (owner)
-- expect changed text search configuration public.d (mappings)
-- expect changed text search configuration public.d (parser)

-- case a text search dictionary
-- mutation
CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple);
-- expect extra text search dictionary public.d

-- case all of a text search dictionary
CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple);
-- mutation
DROP TEXT SEARCH DICTIONARY d;
CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = snowball, language = english);
COMMENT ON TEXT SEARCH DICTIONARY d IS 'x';
ALTER TEXT SEARCH DICTIONARY d OWNER TO app;
-- expect changed text search dictionary public.d (comment)
-- expect changed text search dictionary public.d (options)
-- expect changed text search dictionary public.d (owner)
-- expect changed text search dictionary public.d (template)

-- case a text search parser; admin
-- mutation
CREATE TEXT SEARCH PARSER p (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
-- expect extra text search parser public.p

-- case all of a text search parser; admin
CREATE TEXT SEARCH PARSER p (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
-- mutation
DROP TEXT SEARCH PARSER p;
CREATE TEXT SEARCH PARSER p (
    START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline
);
COMMENT ON TEXT SEARCH PARSER p IS 'x';
-- expect changed text search parser public.p (comment)
-- expect changed text search parser public.p (definition)

-- case a text search template; admin
-- mutation
CREATE TEXT SEARCH TEMPLATE t (LEXIZE = dsimple_lexize);
-- expect extra text search template public.t

-- case all of a text search template; admin
CREATE TEXT SEARCH TEMPLATE t (LEXIZE = dsimple_lexize);
-- mutation
DROP TEXT SEARCH TEMPLATE t;
CREATE TEXT SEARCH TEMPLATE t (INIT = dsimple_init, LEXIZE = dsimple_lexize);
COMMENT ON TEXT SEARCH TEMPLATE t IS 'x';
-- expect changed text search template public.t (comment)
-- expect changed text search template public.t (definition)
