"""PostgreSQL: a server to rehearse on, throw-away databases, the real goose, what the catalogs and the locks say."""
