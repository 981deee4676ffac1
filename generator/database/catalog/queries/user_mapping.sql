-- Never its options: passwords are among them.
SELECT format('for %s server %I', coalesce(r.name, u.umuser::text), u.srvname) AS name, quote_ident(u.srvname) AS server
FROM pg_user_mappings u
LEFT JOIN role r ON r.oid = u.umuser
