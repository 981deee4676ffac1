"""A live database held against what its migrations make: what was changed behind goose's back, object by object."""
