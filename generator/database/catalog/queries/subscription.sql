-- Never its connection: a password may be in it, and only superusers may read it.
SELECT quote_ident(x.subname) AS name, o.name AS owner,
    d.text AS comment, -- since 14
    x.subenabled AS enabled, x.subslotname AS slot,
    (SELECT array_agg(each ORDER BY each COLLATE "C") FROM unnest(x.subpublications) each) AS publications,
    concat_ws(', ',
        'binary = ' || x.subbinary, -- since 14
        'streaming = ' || x.substream::text, -- since 14
        'synchronous_commit = ' || x.subsynccommit, -- since 14
        'two_phase = ' || x.subtwophasestate::text, -- since 15
        'disable_on_error = ' || x.subdisableonerr, -- since 15
        'origin = ' || x.suborigin, -- since 16
        'password_required = ' || x.subpasswordrequired, -- since 16
        'run_as_owner = ' || x.subrunasowner, -- since 16
        'failover = ' || x.subfailover, -- since 17
        NULL
    ) AS options
FROM pg_subscription x
JOIN pg_database b ON b.oid = x.subdbid AND b.datname = current_database()
LEFT JOIN role o ON o.oid = x.subowner
LEFT JOIN described d ON d.class = 'pg_subscription'::regclass AND d.object = x.oid -- since 14
