"""Waits for a state, with a limit that only something that never comes about reaches."""

from __future__ import annotations

import time
from collections.abc import Callable

GENEROUS = 60


def until(condition: Callable[[], bool], seconds: float = GENEROUS) -> bool:
    """Whether it holds in the end."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()
