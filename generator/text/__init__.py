"""Pure functions on text: no I/O, no knowledge of services.yaml, of files or of manifests."""
