"""The strict mirror of services.yaml: what may be written there, and what each mistake is called."""
