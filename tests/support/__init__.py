"""What the tests need to work with the real programs: a PostgreSQL server, goose, promtool, a kubelet's volumes."""
