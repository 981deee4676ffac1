"""`gen rollback`: decides what a rollback undoes, and writes the pin into services.yaml or takes it away."""

from generator.pinning.one_off import manifests
from generator.pinning.plan import Plan, Release, Wish, blocking, last, of_service, pin, release, write

__all__ = [
    "Plan",
    "Release",
    "Wish",
    "blocking",
    "last",
    "manifests",
    "of_service",
    "pin",
    "release",
    "write",
]
