"""`gen test`: each service's migrations on a real PostgreSQL, up, down and up again, before anybody merges them."""
