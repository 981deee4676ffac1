"""`gen lock` and `gen check --since` in real repositories, with real merges, rebases and databases."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator import conventions
from tests.support import cli, forked, goose, postgres, repositories
from tests.support.repositories import Repository

SERVICES = """version: 1
defaults:
  namespace: shop
  runner:
    image: registry.example.com/platform/goose:3.27.3
services:
  auth:
    database: {secret: {name: auth-db, key: url}}
  billing:
    database: {secret: {name: billing-db, key: url}}
"""
HEAD = re.compile(r"^(\S[^:]*):(\d+):(\d+): (?:error|warning)\[([a-z-]+)\]: (.*)$", re.MULTILINE)
COMMAND = re.compile(r"`((?:git|rm) [^`]*)`")
LOCK = "migrations/auth/migrations.lock"


def sql(table: str) -> str:
    return f"-- +goose Up\nCREATE TABLE {table} (id bigint);\n\n-- +goose Down\nDROP TABLE {table};\n"


@dataclass(frozen=True, slots=True)
class Project:
    repository: Repository

    @property
    def root(self) -> Path:
        return self.repository.root

    def gen(self, *arguments: str, code: int = 0) -> str:
        """What gen says on both channels; it has to end with `code`."""
        answer = forked.gen(*arguments, cwd=self.root)
        said = answer.stdout + answer.stderr
        assert answer.returncode == code, said
        return said

    def found(self, *arguments: str) -> list[tuple[str, str]]:
        """Rule and file of what gen finds."""
        answer = forked.gen(*arguments, cwd=self.root)
        found = [(match[4], match[1]) for match in HEAD.finditer(answer.stderr)]
        assert answer.returncode == (1 if "error[" in answer.stderr else 0), answer.stderr
        return found

    def rules(self, *arguments: str) -> list[str]:
        return [rule for rule, _ in self.found(*arguments)]

    def migration(self, name: str, table: str = "", service: str = "auth") -> Path:
        table = table or f"t{name.partition('_')[0]}"
        return self.repository.write(f"migrations/{service}/{name}", sql(table))

    def lock(self, service: str = "auth") -> str:
        return (self.root / "migrations" / service / conventions.LOCK).read_text(encoding="utf-8")

    def locked(self, service: str = "auth") -> list[str]:
        return [line.split("  ")[1] for line in self.lock(service).splitlines() if line[0] != "#"]

    def sums_are_right(self, service: str = "auth") -> None:
        """By coreutils, which reads no comments."""
        directory = self.root / "migrations" / service
        subprocess.run(
            ["sha256sum", "--check", "--strict", "--quiet", conventions.LOCK], cwd=directory, check=True
        )

    def branch(self, name: str, *migrations: str, service: str = "auth") -> None:
        """From main, with these migrations, locked and committed."""
        self.repository.branch(name, "main")
        for each in migrations:
            self.migration(each, service=service)
        self.gen("lock", "--since", "main")
        self.repository.commit()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Two services with two migrations each, locked and committed on main."""
    made = Project(repositories.made(tmp_path / "project"))
    made.repository.write(conventions.INPUT, SERVICES)
    made.repository.write(".gitignore", ".gen/\nout/\n")
    made.repository.write(".gitattributes", "*.yaml text eol=lf\n")
    for service in ("auth", "billing"):
        made.migration("00001_a.sql", service=service)
        made.migration("00002_b.sql", service=service)
    made.gen("lock")
    made.repository.commit()
    return made


def test_what_is_written(project: Project) -> None:
    body = "".join(
        f"{hashlib.sha256((project.root / 'migrations/auth' / name).read_bytes()).hexdigest()}  {name}\n"
        for name in ("00001_a.sql", "00002_b.sql")
    )
    header, of_all, rest = project.lock().split("\n", 2)
    assert header.startswith("# The merged migrations. Written by `gen lock`")
    assert of_all == f"# all sha256:{hashlib.sha256(body.encode()).hexdigest()}"
    assert rest == body
    project.sums_are_right()
    before = (project.root / LOCK).stat().st_mtime_ns
    assert project.gen("lock") == "every migration is locked\n"
    assert (project.root / LOCK).stat().st_mtime_ns == before
    assert project.gen("check") == "2 services: no errors\n"


def test_new_migrations_are_added_and_nothing_else_changes(project: Project) -> None:
    project.migration("00003_c.sql")
    old = project.lock().splitlines()[2:]
    assert project.found("check") == [("migration-unlocked", "migrations/auth/00003_c.sql")]
    said = project.gen("lock", "--check", code=1)
    assert said.splitlines() == [
        "unlocked   migrations/auth/00003_c.sql",
        "run `gen lock` and commit the result",
    ]
    assert project.locked() == ["00001_a.sql", "00002_b.sql"]
    assert project.gen("lock") == "locked     migrations/auth/00003_c.sql\n"
    assert project.lock().splitlines()[2:4] == old
    assert project.locked() == ["00001_a.sql", "00002_b.sql", "00003_c.sql"]
    assert project.gen("lock", "--check") == "every migration is locked\n"


def test_one_service(project: Project) -> None:
    project.migration("00003_c.sql")
    project.migration("00003_c.sql", service="billing")
    project.gen("lock", "billing")
    assert project.locked("billing")[-1] == "00003_c.sql"
    assert project.locked()[-1] == "00002_b.sql"
    assert "did you mean `billing`" in project.gen("lock", "biling", code=2)


@pytest.mark.parametrize("what", ["edited", "removed", "renamed", "broken", "too low"])
def test_nothing_is_written_for_any_service_when_one_is_wrong(project: Project, what: str) -> None:
    file = project.root / "migrations/auth/00002_b.sql"
    project.migration("00003_c.sql", service="billing")
    before = (project.lock(), project.lock("billing"))
    expected = [(f"migration-locked-{what}", LOCK)]
    if what == "edited":
        file.write_text(sql("other"))
        expected = [("migration-locked-edited", "migrations/auth/00002_b.sql")]
    elif what == "removed":
        file.unlink()
    elif what == "renamed":
        file.rename(file.with_name("00005_b.sql"))
    elif what == "broken":
        project.repository.write("migrations/auth/00003_c.sql", "nothing\n")
        expected = [("migration-up-missing", "migrations/auth/00003_c.sql")]
    else:
        project.migration("00005_e.sql")
        project.gen("lock", "auth")
        before = (project.lock(), project.lock("billing"))
        project.migration("00004_d.sql")
        expected = [("migration-version-order", "migrations/auth/00004_d.sql")]
    assert project.found("lock") == expected
    assert (project.lock(), project.lock("billing")) == before
    assert [each for each in project.found("check") if each[0] != "migration-unlocked"] == expected
    # The other service alone is none of its business.
    assert project.rules("lock", "billing") == []


@pytest.mark.parametrize("is_committed", [False, True])
@pytest.mark.parametrize("what", ["edited", "removed", "renamed", "renamed and edited"])
def test_the_command_in_the_help_restores(project: Project, what: str, is_committed: bool) -> None:
    project.repository.write("README.md", "one more commit")
    project.repository.commit()
    file = project.root / "migrations/auth/00002_b.sql"
    if what == "removed":
        file.unlink()
    elif what != "edited":
        file.rename(file.with_name("00002_c.sql"))
        file = file.with_name("00002_c.sql")
    if "edited" in what:
        file.write_text(sql("other"))
    if is_committed or what == "renamed":
        project.repository.commit()
    answer = forked.gen("check", cwd=project.root)
    assert answer.returncode == 1
    command = next(each for each in COMMAND.findall(answer.stderr) if "checkout" in each or " mv " in each)
    if what == "renamed and edited":
        file.unlink()
    subprocess.run(command, cwd=project.root, shell=True, check=True, capture_output=True)
    assert project.gen("check") == "2 services: no errors\n"


def test_comments_and_edits_of_the_lock_are_refused(project: Project) -> None:
    changed = project.lock() + "# ask us first\n"
    project.repository.write(LOCK, changed)
    assert project.found("lock") == [("migration-lock-invalid", LOCK)]
    assert project.lock() == changed

    # Nor are they lost where Git knows what is merged.
    assert project.found("lock", "--since", "HEAD") == [("migration-lock-invalid", LOCK)]
    assert project.lock() == changed


def test_a_link_is_never_written_through(project: Project) -> None:
    project.migration("00003_c.sql")
    held = project.root / LOCK
    held.rename(project.root / "other")
    held.symlink_to("../../other")
    said = project.gen("lock", code=2)
    assert "migrations/auth/migrations.lock is not a plain file" in said
    assert "00003" not in (project.root / "other").read_text()


def test_what_a_killed_run_leaves_is_removed(project: Project) -> None:
    project.migration("00003_c.sql")
    left = project.repository.write("migrations/auth/.migrations.lock.123.tmp", "half")
    project.gen("lock")
    assert not left.exists()


def test_json(project: Project) -> None:
    project.migration("00003_c.sql")
    said = json.loads(forked.gen("lock", "--format", "json", cwd=project.root).stdout)
    assert said == {
        "diagnostics": [],
        "errors": 0,
        "warnings": 0,
        "written": [LOCK],
        "stale": [],
        "locked": ["migrations/auth/00003_c.sql"],
        "amended": [],
        "rewritten": [],
        "dropped": [],
        "mended": [],
    }
    project.migration("00003_c.sql", "other")
    said = json.loads(forked.gen("lock", "--format", "json", cwd=project.root).stdout)
    assert [each["rule"] for each in said["diagnostics"]] == ["migration-locked-edited"]
    assert "written" not in said


# Merges


def merge(project: Project, name: str, code: int = 1) -> str:
    return project.repository.git("merge", "--no-edit", name, code=code)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("00003_x.sql", "00004_y.sql"), ("00004_x.sql", "00003_y.sql"), ("00003_x.sql", "00003_y.sql")],
)
def test_two_branches_that_add_a_migration_conflict(project: Project, ours: str, theirs: str) -> None:
    project.branch("ours", ours)
    project.branch("theirs", theirs)
    assert f"CONFLICT (content): Merge conflict in {LOCK}" in merge(project, "ours")
    found = project.rules("check")
    assert "migration-lock-conflict" in found
    assert set(found) <= {"migration-lock-conflict", "migration-version-duplicate"}


def test_one_in_between_conflicts_too(project: Project) -> None:
    """Far enough apart for Git to join the entries without asking: the digest's line does not let it."""
    for number in range(10, 20):
        project.migration(f"000{number}_m.sql")
    project.gen("lock")
    project.repository.commit()
    project.repository.branch("between")
    project.migration("00005_late.sql")
    (project.root / LOCK).unlink()
    project.gen("lock")
    project.repository.commit()
    project.branch("end", "00030_x.sql")
    merge(project, "between")
    conflicts = (project.root / LOCK).read_text().count("<<<<<<<")
    assert conflicts == 1
    assert re.search(r"<<<<<<< .*\n# all .*\n=======\n# all .*\n>>>>>>> ", project.lock())


def test_branches_that_touch_different_services_never_conflict(project: Project) -> None:
    project.branch("ours", "00003_x.sql")
    project.branch("theirs", "00003_y.sql", service="billing")
    merge(project, "ours", code=0)
    assert project.rules("check") == []
    assert project.rules("check", "--since", "main") == []


def test_the_same_migration_on_two_branches_does_not_conflict(project: Project) -> None:
    project.branch("ours", "00003_x.sql")
    project.branch("theirs", "00003_x.sql")
    merge(project, "ours", code=0)
    assert project.rules("check") == []


def test_a_merge_is_resolved_by_gen_lock(project: Project) -> None:
    project.branch("theirs", "00003_x.sql")
    project.branch("ours", "00004_y.sql")
    project.repository.switch("main")
    merge(project, "theirs", code=0)
    project.repository.switch("ours")
    merge(project, "main")
    assert project.gen("lock", "--since", "main") == "mended     migrations/auth/migrations.lock\n"
    assert project.locked() == ["00001_a.sql", "00002_b.sql", "00003_x.sql", "00004_y.sql"]
    project.sums_are_right()
    project.repository.commit()
    assert project.rules("check") == project.rules("check", "--since", "main") == []


def test_a_merge_is_resolved_by_gen_lock_without_a_reference(project: Project) -> None:
    project.branch("theirs", "00003_x.sql")
    project.branch("ours", "00004_y.sql")
    merge(project, "theirs")
    assert project.gen("lock") == "mended     migrations/auth/migrations.lock\n"
    assert project.locked() == ["00001_a.sql", "00002_b.sql", "00003_x.sql", "00004_y.sql"]
    assert project.rules("check") == []


def test_both_sides_kept_by_hand(project: Project) -> None:
    project.branch("theirs", "00003_x.sql")
    project.branch("ours", "00004_y.sql")
    merge(project, "theirs")
    kept = [line for line in project.lock().splitlines() if not re.match(r"<{7}|={7}|>{7}", line)]
    project.repository.write(LOCK, "\n".join(kept) + "\n")
    assert project.rules("check") == ["migration-lock-invalid"]
    project.gen("lock")
    assert project.rules("check") == []


def test_a_version_that_is_too_low_after_a_merge(project: Project) -> None:
    project.branch("theirs", "00004_x.sql")
    project.branch("ours", "00003_y.sql")
    project.repository.switch("main")
    merge(project, "theirs", code=0)
    project.repository.switch("ours")
    # Already before anything is merged:
    late = ("migration-version-order", "migrations/auth/00003_y.sql")
    assert project.found("check") == []
    assert project.found("check", "--since", "main") == [late]
    merge(project, "main")
    conflict = project.lock()
    assert project.found("lock", "--since", "main") == [late]
    assert project.lock() == conflict
    old = project.root / "migrations/auth/00003_y.sql"
    old.rename(old.with_name("00005_y.sql"))
    project.gen("lock", "--since", "main")
    project.repository.commit()
    assert project.locked() == ["00001_a.sql", "00002_b.sql", "00004_x.sql", "00005_y.sql"]
    assert project.rules("check", "--since", "main") == []


def test_a_rebase(project: Project) -> None:
    project.branch("theirs", "00003_x.sql")
    project.branch("ours", "00004_y.sql")
    project.migration("00005_z.sql")
    project.gen("lock")
    project.repository.commit()
    project.repository.switch("main")
    merge(project, "theirs", code=0)
    project.repository.switch("ours")
    said = project.repository.git("rebase", "main", code=1)
    for _ in range(2):
        assert f"Merge conflict in {LOCK}" in said
        project.gen("lock", "--since", "main")
        project.repository.git("add", "migrations")
        said = project.repository.git("rebase", "--continue", code=0 if "00005" in project.lock() else 1)
    assert project.locked()[2:] == ["00003_x.sql", "00004_y.sql", "00005_z.sql"]
    project.sums_are_right()
    assert project.rules("check", "--since", "main") == []


def test_a_union_merge_is_caught_by_the_digest(project: Project) -> None:
    project.repository.write(".gitattributes", "*.lock merge=union\n*.yaml text eol=lf\n")
    project.repository.commit()
    project.branch("theirs", "00003_x.sql")
    project.branch("ours", "00004_y.sql")
    merge(project, "theirs", code=0)
    assert project.found("check") == [("migration-lock-invalid", LOCK)]
    project.gen("lock")
    assert project.rules("check") == []


def test_a_rename_of_the_only_migration_of_a_branch(project: Project) -> None:
    """A branch in progress: what is not merged may be rewritten freely."""
    project.branch("ours", "00003_x.sql")
    file = project.root / "migrations/auth/00003_x.sql"
    file.write_text(sql("other"))
    assert project.rules("lock") == ["migration-locked-edited"]
    assert project.gen("lock", "--since", "main") == "rewritten  migrations/auth/00003_x.sql\n"
    file.rename(file.with_name("00009_x.sql"))
    assert project.rules("lock") == ["migration-locked-renamed"]
    said = project.gen("lock", "--since", "main")
    assert said.splitlines() == [
        "locked     migrations/auth/00009_x.sql",
        "dropped    migrations/auth/00003_x.sql",
    ]
    assert project.rules("check", "--since", "main") == []
    # What is merged is as fixed as ever.
    (project.root / "migrations/auth/00001_a.sql").write_text(sql("other"))
    assert project.rules("lock", "--since", "main") == ["migration-locked-edited"]


def test_a_branch_that_is_behind_is_no_mistake(project: Project) -> None:
    project.repository.branch("behind")
    project.repository.switch("main")
    project.migration("00003_x.sql")
    project.migration("00001_a.sql", "amended")
    project.gen("lock", "--amend", "1", "--reason", "failed everywhere", "auth")
    project.repository.commit()
    project.repository.switch("behind")
    assert project.rules("check", "--since", "main") == []
    assert project.gen("lock", "--since", "main") == "every migration is locked\n"


# gen check --since


def rewrite(project: Project) -> None:
    """The lock anew, as if nothing had been merged."""
    (project.root / LOCK).unlink()
    project.gen("lock")


@pytest.mark.parametrize("what", ["edited", "removed", "renamed"])
def test_a_migration_and_its_entry_changed_together(project: Project, what: str) -> None:
    project.repository.branch("topic")
    file = project.root / "migrations/auth/00002_b.sql"
    if what == "edited":
        file.write_text(sql("other"))
    elif what == "removed":
        file.unlink()
    else:
        file.rename(file.with_name("00003_b.sql"))
    rewrite(project)
    project.repository.commit()
    assert project.rules("check") == []
    assert project.found("check", "--since", "main") == [("migration-lock-rewritten", LOCK)]
    answer = forked.gen("check", "--since", "main", cwd=project.root)
    command = next(each for each in COMMAND.findall(answer.stderr) if "checkout" in each)
    if what == "renamed":
        file.with_name("00003_b.sql").unlink()
    subprocess.run(command, cwd=project.root, shell=True, check=True, capture_output=True)
    project.gen("lock")
    assert project.rules("check", "--since", "main") == []


def test_a_lock_that_was_removed(project: Project) -> None:
    (project.root / LOCK).unlink()
    assert project.rules("check") == []
    assert project.found("check", "--since", "HEAD") == [("migration-lock-rewritten", LOCK)]
    project.migration("00001_a.sql", "other")
    assert project.found("check", "--since", "HEAD") == [
        ("migration-locked-edited", "migrations/auth/00001_a.sql"),
        ("migration-lock-rewritten", LOCK),
    ]


def test_an_amendment_is_accepted_and_kept_for_ever(project: Project) -> None:
    project.repository.branch("topic")
    project.migration("00002_b.sql", "repaired")
    assert project.rules("check", "--since", "main") == ["migration-locked-edited"]
    said = project.gen("lock", "auth", "--amend", "2", "--reason", "failed everywhere: `users` is a view")
    assert said == "amended    migrations/auth/00002_b.sql\n"
    assert project.lock().endswith("  00002_b.sql\n# amended: failed everywhere: `users` is a view\n")
    project.sums_are_right()
    project.repository.commit()
    assert project.rules("check", "--since", "main") == []
    assert project.gen("lock", "--since", "main") == "every migration is locked\n"
    project.repository.branch("next")
    project.migration("00002_b.sql", "repaired_again")
    project.gen("lock", "auth", "--amend", "2", "--reason", "and again")
    assert project.lock().count("# amended: ") == 2
    assert project.rules("check", "--since", "topic") == project.rules("check", "--since", "main") == []
    rewrite(project)
    assert project.found("check", "--since", "topic") == [("migration-lock-rewritten", LOCK)]


def test_amending_what_was_rewritten(project: Project) -> None:
    project.repository.branch("topic")
    project.migration("00002_b.sql", "repaired")
    rewrite(project)
    assert project.rules("lock", "auth", "--amend", "2", "--reason", "x") == ["migration-locked-edited"]
    project.gen("lock", "auth", "--since", "main", "--amend", "2", "--reason", "failed everywhere")
    assert project.rules("check", "--since", "main") == []
    assert project.lock().count("# amended: ") == 1


def test_amending_what_is_not_merged(project: Project) -> None:
    project.repository.branch("topic")
    project.migration("00003_c.sql")
    arguments = ("lock", "auth", "--amend", "3", "--reason", "x")
    assert project.found(*arguments, "--since", "main") == [
        ("migration-locked-edited", "migrations/auth/00003_c.sql")
    ]
    # Without a reference nobody can tell.
    assert project.gen(*arguments) == "amended    migrations/auth/00003_c.sql\n"
    assert project.locked()[-1] == "00003_c.sql"


def test_an_amendment_is_of_one_service_and_of_all_that_share_its_directory(project: Project) -> None:
    shared = "\n    migrations: {directory: migrations/auth}\n  a-first:\n    migrations: {directory: migrations/auth}"
    first = "\n    database: {secret: {name: first-db, key: url}}"
    services = SERVICES.replace("auth-db, key: url}}", f"auth-db, key: url}}}}{shared}{first}")
    project.repository.write(conventions.INPUT, services)
    project.migration("00002_b.sql", "repaired")
    project.migration("00003_c.sql", service="billing")
    (project.root / "migrations/billing/00002_b.sql").unlink()
    project.gen("lock", "--amend", "2", "--reason", "failed everywhere")
    assert "# amended: failed everywhere" in project.lock()
    assert project.locked("billing") == ["00001_a.sql", "00002_b.sql"]


@pytest.mark.parametrize(
    ("what", "rule"), [("edited", "migration-locked-edited"), ("removed", "migration-locked-removed")]
)
def test_what_is_merged_and_not_locked_is_compared_by_its_file(
    project: Project, what: str, rule: str
) -> None:
    file = project.migration("00050_late.sql", "late")
    project.repository.commit("merged without its entry")
    project.repository.branch("work")
    if what == "edited":
        file.write_text(sql("later"))
    else:
        file.unlink()
    project.repository.commit(what)
    assert rule in project.rules("check", "--since", "main")
    assert rule in project.rules("lock", "--since", "main")


def test_what_main_took_out_is_no_mistake_of_a_branch(project: Project) -> None:
    """A squash: `main` starts anew, and a branch of before follows."""
    project.branch("ours", "00005_y.sql")
    project.repository.switch("main")
    (project.root / "migrations/auth/00001_a.sql").unlink()
    rewrite(project)
    assert project.rules("check", "--since", "HEAD") == ["migration-lock-rewritten"]
    project.repository.commit()
    project.repository.switch("ours")
    merge(project, "main")
    project.gen("lock", "--since", "main")
    project.repository.commit()
    assert project.locked() == ["00002_b.sql", "00005_y.sql"]
    assert project.rules("check", "--since", "main") == []


@pytest.fixture
def lockless(project: Project) -> Project:
    """No lock anywhere, on main either; the branch is `topic`."""
    for service in ("auth", "billing"):
        (project.root / "migrations" / service / conventions.LOCK).unlink()
    project.repository.commit()
    project.repository.branch("topic")
    return project


@pytest.mark.parametrize("with_lock", [False, True])
@pytest.mark.parametrize(
    ("what", "rule"),
    [
        ("edited", "migration-locked-edited"),
        ("removed", "migration-locked-removed"),
        ("renamed", "migration-locked-renamed"),
        ("too low", "migration-version-order"),
        ("broken", "migration-up-missing"),
    ],
)
def test_without_a_lock_the_files_are_compared(
    lockless: Project, what: str, rule: str, with_lock: bool
) -> None:
    file = lockless.root / "migrations/auth/00002_b.sql"
    if what == "edited":
        file.write_text(sql("other"))
    elif what == "removed":
        file.unlink()
    elif what == "renamed":
        file.rename(file.with_name("00003_b.sql"))
    elif what == "broken":
        file.write_text("nothing")
    else:
        lockless.repository.switch("main")
        lockless.migration("00009_z.sql")
        lockless.repository.commit()
        lockless.repository.switch("topic")
        lockless.migration("00005_y.sql")
    if with_lock and what != "broken":
        lockless.gen("lock")
    expected = [rule]
    if with_lock and what == "edited":
        expected = ["migration-lock-rewritten"]
    assert lockless.rules("check", "--since", "main") == expected
    if what != "broken":
        assert lockless.rules("check") == []


def test_the_same_version_in_two_branches(project: Project) -> None:
    project.branch("theirs", "00003_x.sql")
    project.repository.switch("main")
    merge(project, "theirs", code=0)
    project.repository.branch("ours", "HEAD~1")
    project.migration("00003_y.sql")
    project.gen("lock")
    assert project.rules("check") == []
    assert project.found("check", "--since", "main") == [
        ("migration-version-order", "migrations/auth/00003_y.sql")
    ]


def test_one_mistake_is_told_once(project: Project) -> None:
    project.migration("00004_d.sql")
    project.gen("lock")
    project.repository.commit()
    project.migration("00003_c.sql")
    project.migration("00001_a.sql", "other")
    expected = ["migration-locked-edited", "migration-version-order"]
    assert project.rules("check") == project.rules("check", "--since", "HEAD") == expected


def test_a_project_below_the_repositorys_top(project: Project, tmp_path: Path) -> None:
    above = repositories.made(tmp_path / "above")
    project.repository.git("checkout-index", "--all", f"--prefix={above.root}/team a/")
    above.commit()
    below = Project(Repository(above.root / "team a"))
    assert below.rules("check", "--since", "HEAD") == []
    below.migration("00001_a.sql", "other")
    rewrite(below)
    assert below.found("check", "--since", "HEAD") == [("migration-lock-rewritten", LOCK)]
    said = forked.gen("check", "-f", "team a/services.yaml", "--since", "HEAD", cwd=above.root)
    assert said.returncode == 1
    assert f"team a/{LOCK}:3:1: error[migration-lock-rewritten]" in said.stderr


def test_errors_of_git_are_no_findings(project: Project) -> None:
    assert "Git knows no commit `origin/main`" in project.gen("check", "--since", "origin/main", code=2)
    assert "git fetch origin main:refs/remotes/origin/main" in project.gen(
        "lock", "--since", "origin/main", code=2
    )
    assert "is no Git reference" in project.gen("check", "--since=--all", code=2)


# The short cut


def test_the_short_cut_heeds_the_lock(project: Project) -> None:
    """The second build, and each check after it, believe the cache unless something changed."""
    project.gen("build")
    assert "up to date" in project.gen("build")
    original = project.lock()
    project.repository.write(LOCK, original.replace("00002_b", "00003_b"))
    assert project.rules("check") == ["migration-lock-invalid"]
    assert project.rules("build") == ["migration-lock-invalid"]
    (project.root / LOCK).unlink()
    assert project.rules("check") == []
    assert "up to date" in project.gen("build")
    project.repository.write(LOCK, original)
    (project.root / "migrations/auth/00001_a.sql").write_text(sql("other"))
    assert project.rules("check") == project.rules("build") == ["migration-locked-edited"]


def test_a_comparison_with_git_takes_no_short_cut(project: Project) -> None:
    project.repository.branch("topic")
    project.migration("00003_c.sql")
    project.gen("lock")
    project.gen("build")
    project.repository.commit()
    # What is known to be sound, and would be believed:
    code = "from pathlib import Path; from generator import build; print(build.known_sound(Path('services.yaml')))"
    known = subprocess.run(
        [str(cli.GEN.with_name("python")), "-c", code],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert known.stdout == "2\n"
    assert project.rules("check", "--since", "main") == []
    project.repository.git("switch", "--quiet", "main")
    project.migration("00004_d.sql")
    project.gen("lock")
    project.repository.commit()
    project.repository.switch("topic")
    assert project.rules("check") == []
    assert project.rules("check", "--since", "main") == ["migration-version-order"]


# Line ends


def test_line_ends_that_git_changed(project: Project, tmp_path: Path) -> None:
    clone = Project(Repository(tmp_path / "clone"))
    url = f"file://{project.root}"
    project.repository.git("clone", "--quiet", "--config", "core.autocrlf=true", url, str(clone.root))
    assert b"\r\n" in (clone.root / LOCK).read_bytes()
    assert set(clone.rules("check")) == {"migration-locked-edited"}
    answer = forked.gen("check", cwd=clone.root)
    assert "the line ends are CRLF, and were LF" in answer.stderr
    clone.repository.write(".gitattributes", "*.sql -text\n*.yaml text eol=lf\n")
    for command in COMMAND.findall(answer.stderr):
        subprocess.run(command, cwd=clone.root, shell=True, check=True, capture_output=True)
    assert clone.rules("check") == []
    assert clone.gen("lock") == "every migration is locked\n"
    assert b"\r\n" in (clone.root / LOCK).read_bytes()


# Databases


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--amend", "2"], "--amend and --reason go together"),
        (["--reason", "x"], "--amend and --reason go together"),
        (["--amend", "2", "--reason", ""], "--reason has to be one line of text: it is empty"),
        (["--amend", "2", "--reason", "a\nb"], "one line of text: it holds U+000A"),
        (["--amend", "2", "--reason", "x", "--check"], "--amend and --check exclude each other"),
        (["--amend", "0", "--reason", "x"], "0 is not in the range"),
        (["--amend", "9", "--reason", "x"], "There is no migration of version 9"),
        (["--amend", "2", "--reason", "x"], "Several services have a version 2: name one of auth, billing"),
        (["--database-url", "postgres://localhost/x"], "--database-url is for --amend"),
    ],
)
def test_wrong_usage(project: Project, arguments: list[str], message: str) -> None:
    assert message in project.gen("lock", *arguments, code=2)


def goose_up(project: Project, database: postgres.Database, *arguments: str) -> tuple[int, str]:
    environment = {"GOOSE_DRIVER": "postgres", "GOOSE_DBSTRING": database.dsn}
    answer = goose.run([f"-dir={project.root}/migrations/auth", *arguments, "up"], environment)
    return answer.returncode, answer.stdout


def amend(project: Project, database: postgres.Database) -> subprocess.CompletedProcess[str]:
    arguments = ("lock", "auth", "--amend", "2", "--reason", "failed everywhere")
    return forked.gen(*arguments, cwd=project.root, env={"GEN_DATABASE_URL": database.dsn})


def test_a_failed_migration_may_be_amended(project: Project, database: postgres.Database) -> None:
    project.migration("00002_b.sql", "t00001")
    rewrite(project)
    project.repository.commit()
    code, said = goose_up(project, database)
    assert (code, 'relation "t00001" already exists' in said) == (1, True)
    project.migration("00002_b.sql", "repaired")
    answer = amend(project, database)
    assert (answer.returncode, answer.stdout) == (0, "amended    migrations/auth/00002_b.sql\n"), (
        answer.stderr
    )
    assert goose_up(project, database)[0] == 0


def test_an_applied_migration_may_not(project: Project, database: postgres.Database) -> None:
    assert goose_up(project, database)[0] == 0
    project.migration("00002_b.sql", "repaired")
    before = project.lock()
    answer = amend(project, database)
    assert answer.returncode == 1
    assert "version 2 is applied in this database" in answer.stderr
    assert database.password not in answer.stderr
    assert project.lock() == before
    # Nor in a table of the service's own, in another schema.
    services = SERVICES.replace(
        "auth-db, key: url}}", "auth-db, key: url}}\n    migrations: {table: ops.versions}"
    )
    project.repository.write(conventions.INPUT, services)
    database.query("CREATE SCHEMA ops; ALTER TABLE goose_db_version SET SCHEMA ops;")
    database.query("ALTER TABLE ops.goose_db_version RENAME TO versions;")
    assert amend(project, database).returncode == 1
    # Taken back, it is not applied any more.
    database.query("INSERT INTO ops.versions (version_id, is_applied) VALUES (2, false);")
    assert amend(project, database).returncode == 0


def test_a_database_that_cannot_tell(project: Project, database: postgres.Database) -> None:
    project.migration("00002_b.sql", "repaired")
    before = project.lock()
    answer = amend(project, database)
    assert answer.returncode == 2
    assert "the database has no table `goose_db_version`" in answer.stderr
    assert project.lock() == before


def test_goose_refuses_what_we_call_out_of_order(project: Project, database: postgres.Database) -> None:
    project.migration("00004_d.sql")
    assert goose_up(project, database)[0] == 0
    project.gen("lock")
    project.migration("00003_c.sql")
    assert project.rules("check") == ["migration-version-order"]
    code, said = goose_up(project, database)
    assert code == 1
    assert "found 1 missing migrations before current version 4" in said


def test_a_git_hook(project: Project) -> None:
    """Git sets GIT_DIR, GIT_INDEX_FILE and more for it."""
    hook = project.root / ".git" / "hooks" / "pre-commit"
    hook.write_text(f"#!/bin/sh\nexec {cli.GEN} check --since HEAD\n")
    hook.chmod(0o755)
    project.migration("00003_c.sql")
    project.gen("lock")
    project.repository.git("add", "--all")
    assert "no errors" in project.repository.git("commit", "--message", "x")
    project.migration("00001_a.sql", "other")
    rewrite(project)
    project.repository.git("add", "--all")
    assert "migration-lock-rewritten" in project.repository.git("commit", "--message", "x", code=1)
