"""Where `gen` starts, before anything is imported.

A quarter of a short command's time would go into looking for garbage among modules being imported.
"""

import gc

gc.disable()

from generator.cli.main import main  # noqa: E402 - the order is what this module is for

__all__ = ["main"]
