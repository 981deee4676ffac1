"""What the tests need to work with real programs: PostgreSQL, goose, promtool, a kubelet's volumes."""
