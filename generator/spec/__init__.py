"""The strict mirror of services.yaml: what may be written there, and what each mistake is called."""

import os

# Looking for plug-ins reads the metadata of every installed package, at each start, and lets them change
# what is valid.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
