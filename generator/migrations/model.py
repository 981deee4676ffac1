"""A goose migration file as far as the manifests need it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Migration:
    """One goose SQL file.

    `path` is as shown to a person (from the directory of services.yaml, with `/`), `name` the file's
    name and the ConfigMap's key, `version` goose's int64 id, `text` the whole file.
    """

    path: str
    name: str
    version: int
    text: str
    has_down: bool
    no_transaction: bool
