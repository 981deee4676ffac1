"""The real programs as fixtures. Each worker of pytest-xdist has a PostgreSQL server of its own."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support import postgres, programs, promtool

# A busy machine takes seconds for what takes a millisecond otherwise: speed is measured by bench/ alone.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


# What a shell runs in the background ignores Ctrl-C, and so would every gen that a test starts and stops by it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A PostgreSQL server for all tests of this worker."""
    with postgres.server() as running:
        yield running


@pytest.fixture
def database(postgres_server: postgres.Server) -> Iterator[postgres.Database]:
    """A fresh database whose owner, the connection's user, is no superuser."""
    with postgres_server.database() as made:
        yield made


@pytest.fixture(scope="session")
def kubeconform_path() -> Path:
    """kubeconform at the pinned version."""
    return programs.path("kubeconform")


@pytest.fixture(scope="session")
def goose_path() -> Path:
    """goose at the pinned version; `tests.support.goose` runs it."""
    return programs.path("goose")


@pytest.fixture(scope="session")
def promtool_path() -> Path:
    """A promtool that is new enough; `tests.support.promtool` runs it."""
    return promtool.path()
