"""tests/cases/migrations/verdicts.md: what goose and what gen say of each case, and why where they differ.

goose is asked as `validate` and as `up` and then `down-to 0` on a real PostgreSQL: it parses a file once per
direction, and only a server knows whether SQL runs. gen is asked as `gen check`, and as `gen test` where goose
fails on what `gen check` has no error for: without a server, nobody can tell.
"""

from __future__ import annotations

import dataclasses
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

from tests.support import forked, goose, migration_cases, programs
from tests.support.migration_cases import Case
from tests.support.postgres import Server

PATH = migration_cases.ROOT / "verdicts.md"
BASE = migration_cases.ROOT.parent / "build" / "base"
SERVICE = Path("migrations") / "auth-service"
WITHOUT_DOWN = "    lint: {rules: {lint-down-missing: ignore}}\n"
RUNS = "runs"
SOUND = "sound"
# What goose prints, from the most to the least particular: a panic prints the migrations' names too.
ANSWERS = (
    ("panic: ", "panics"),
    ("no migration files found", "finds no file"),
    ("failed to run Go migration", "cannot run Go"),
    ("failed to run SQL migration", "fails at run time"),
    ("failed to parse", "fails at parse"),
    ("could not parse", "fails at parse"),
    ("failed to get version", "fails at parse"),
)
HEAD = """\
# Verdicts

What goose and gen say of each case of this directory. The columns are written by the real programs (`make regen`) and
compared with them by tests/integration/test_verdicts.py. `run` is `goose up` and then `goose down-to 0` on PostgreSQL.
gen is never more lenient than that; where it is stricter, the last column says why. `gen test` is asked where the
server alone can tell. The cases of the parser (ok, bad
and stricter) are checked without lint-down-missing: most of them are about the Up alone.

"""
COLUMNS = ("case", "goose validate", "goose run", "gen check", "gen test", "why they differ")
TOOLS = "GEN_TOOLS_DIR"
DATABASE_URL = "GEN_DATABASE_URL"
AREAS = ("migration-", "lint-", "rehearsal-")
_FOUND = re.compile(r"^\S[^:]*:\d+:\d+: (error|warning)\[([a-z0-9-]+)\]: ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of the table. `test` is empty where it was not asked, `why` where goose and gen agree."""

    case: str
    validate: str
    run: str
    check: str
    test: str
    why: str

    @property
    def runs(self) -> bool:
        return self.run == RUNS

    @property
    def is_sound(self) -> bool:
        return self.check == SOUND or self.check.startswith(f"{SOUND}, ")

    @property
    def is_lenient(self) -> bool:
        """Whether goose fails on what gen has nothing to say against."""
        return not self.runs and self.is_sound and self.test in ("", SOUND)

    @property
    def line(self) -> str:
        return f"| {' | '.join((self.case, self.validate, self.run, self.check, self.test, self.why))} |\n"


def name(case: Case) -> str:
    return f"{case.kind}/{case.name}"


def of(case: Case, server: Server, directory: Path) -> Verdict:
    """Asks all of them. `directory` is empty."""
    folder = case.write(directory)
    common = ("-env=none", f"-dir={folder}")
    with server.database() as database:
        environment = {"GOOSE_DRIVER": "postgres", "GOOSE_DBSTRING": database.dsn}
        validate = _answer(goose.run([*common, "validate"], environment))
        up = _answer(goose.run([*common, "up"], environment))
        down = _answer(goose.run([*common, "down-to", "0"], environment)) if up == RUNS else RUNS
    run = up if up != RUNS else f"{down} (Down)" if down != RUNS else RUNS
    project = _project(case, folder, directory / "project")
    check = _said(forked.gen("check", cwd=project))
    found = Verdict(name(case), "accepts" if validate == RUNS else validate, run, check, "", "")
    if found.is_lenient:
        return dataclasses.replace(found, test=_said(_rehearsed(server, project)))
    differ = found.runs != found.is_sound or (validate != RUNS and found.is_sound)
    return dataclasses.replace(found, why=case.reason if differ else "")


def read() -> dict[str, Verdict]:
    lines = PATH.read_text(encoding="utf-8").splitlines() if PATH.exists() else []
    rows = [
        each.removeprefix("| ").removesuffix(" |").split(" | ") for each in lines if each.startswith("| ")
    ]
    return {row[0]: Verdict(*row) for row in rows[1:]}


def write(found: dict[str, Verdict]) -> None:
    head = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"
    PATH.write_text(HEAD + head + "".join(found[each].line for each in sorted(found)), encoding="utf-8")


def _answer(ended: CompletedProcess[str]) -> str:
    if ended.returncode == 0:
        return RUNS
    for text, verdict in ANSWERS:
        if text in ended.stdout:
            return verdict
    raise AssertionError(f"goose says something new: {ended.stdout}")


def _project(case: Case, folder: Path, project: Path) -> Path:
    shutil.copytree(BASE, project, ignore=shutil.ignore_patterns("*.sql"))
    shutil.rmtree(project / SERVICE)
    shutil.copytree(folder, project / SERVICE)
    if case.kind != migration_cases.SQL:
        with (project / "services.yaml").open("a", encoding="utf-8") as settings:
            settings.write(WITHOUT_DOWN)
    return project


def _rehearsed(server: Server, project: Path) -> CompletedProcess[str]:
    tools = {TOOLS: str(programs.path("goose").parent), DATABASE_URL: server.admin.dsn}
    return forked.gen("test", cwd=project, env=tools)


def _said(ended: CompletedProcess[str]) -> str:
    found = _FOUND.findall(ended.stderr)
    if ended.returncode not in (0, 1) or (ended.returncode == 1) != any(each == "error" for each, _ in found):
        raise AssertionError(f"gen ends with {ended.returncode}: {ended.stderr}")
    if strange := [rule for _, rule in found if not rule.startswith(AREAS)]:
        raise AssertionError(f"the project around the case is not sound: {strange}")
    errors = sorted({rule for severity, rule in found if severity == "error"})
    warnings = sorted({rule for severity, rule in found if severity == "warning"})
    return ", ".join([*(errors or [SOUND]), *(f"warning {each}" for each in warnings)])
