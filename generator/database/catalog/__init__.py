"""What is in a PostgreSQL database, by name: a snapshot of its catalogs, and the difference of two."""
