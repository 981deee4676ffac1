"""The alerts and recording rules; it carries the hooks' digest, as the release marker does."""

from __future__ import annotations

from constructs import Construct

from generator import model


def add(scope: Construct, service: model.Service, digest_of_hooks: str) -> None: ...
