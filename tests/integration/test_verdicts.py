"""The table of verdicts is what goose, PostgreSQL and gen say today, and gen is never the more lenient one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import migration_cases, verdicts
from tests.support.migration_cases import KINDS, SQL, Case
from tests.support.postgres import Server
from tests.support.verdicts import Verdict

CASES = migration_cases.all_cases((*KINDS, SQL))
REGENERATE = os.environ.get("GEN_REGEN") == "1"


@pytest.fixture(scope="module")
def table() -> Iterator[dict[str, Verdict]]:
    """The table as committed; under GEN_REGEN=1, what the tests put into it is written."""
    names = {verdicts.name(each) for each in CASES}
    known = {case: verdict for case, verdict in verdicts.read().items() if case in names or not REGENERATE}
    yield known
    if REGENERATE:
        verdicts.write(known)


@pytest.mark.parametrize("case", CASES, ids=verdicts.name)
def test_verdict(case: Case, table: dict[str, Verdict], postgres_server: Server, tmp_path: Path) -> None:
    found = verdicts.of(case, postgres_server, tmp_path)
    if REGENERATE:
        table[found.case] = found
    assert found.runs == case.goose_accepts, "the case's own second line"
    assert not found.is_lenient, f"gen is more lenient than goose: {found.line}"
    assert found.why or not found.runs or found.is_sound, f"no reason for being stricter: {found.line}"
    assert table[found.case] == found


def test_the_table_holds_every_case_and_nothing_else(table: dict[str, Verdict]) -> None:
    assert sorted(table) == sorted(verdicts.name(each) for each in CASES)


def test_the_table_has_all_kinds_of_verdict(table: dict[str, Verdict]) -> None:
    found = table.values()
    assert len(found) >= 80
    assert {each.run for each in found} >= {
        "runs",
        "fails at parse",
        "fails at parse (Down)",
        "panics",
        "fails at run time",
        "fails at run time (Down)",
    }
    assert sum(each.runs and each.is_sound for each in found) >= 40
    assert sum(each.runs and not each.is_sound for each in found) >= 20
    assert sum(not each.runs for each in found) >= 60
