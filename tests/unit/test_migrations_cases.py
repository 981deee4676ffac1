"""Every directory of tests/cases/migrations gets exactly the diagnostics that its file names."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.diagnostics import Diagnostic, Position, has_errors
from generator.migrations import directory
from tests.support import migration_cases
from tests.support.migration_cases import Case

WHERE = Position.at("services.yaml", 3, 7, 2)
RULES = Path(__file__).parents[2] / "docs" / "rules"


def _line(found: Diagnostic) -> str:
    where = found.position
    path = where.path.removeprefix(f"{migration_cases.DIRECTORY}/")
    return f"{path}:{where.line}:{where.column} {found.rule}"


@pytest.mark.parametrize("case", migration_cases.all_cases(), ids=lambda each: f"{each.kind}-{each.name}")
def test_case(case: Case, tmp_path: Path) -> None:
    case.write(tmp_path)
    migrations, found = directory.read(tmp_path, migration_cases.DIRECTORY, WHERE)
    assert sorted(_line(each) for each in found) == sorted(case.expected)
    assert has_errors(found) == (case.kind != "ok")
    for each in found:
        assert each.message[0].islower() or not each.message[0].isalpha()
        assert not each.message.endswith(".")
        assert each.help
        assert (RULES / f"{each.rule}.md").is_file(), f"no page for {each.rule}"
    texts = {name: data.decode("utf-8", "replace") for name, data in case.files}
    for migration in migrations:
        assert migration.text == texts[migration.name]
    if case.kind == "ok":
        assert [each.version for each in migrations] == sorted(each.version for each in migrations)
        assert {each.name for each in migrations} == {name for name in texts if name.endswith(".sql")}


def test_there_are_enough_cases() -> None:
    kinds = [each.kind for each in migration_cases.all_cases()]
    assert len(kinds) >= 60
    assert set(kinds) == set(migration_cases.KINDS)
