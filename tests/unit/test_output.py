"""What a plan says and what apply does about one broken thing at a time."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from generator import conventions, output
from generator.diagnostics import GenError, Severity
from generator.output import sums

TREE = {
    "auth-service": {"job.yaml": b"kind: Job\n", "role.yaml": b"kind: Role\n"},
    "billing": {"job.yaml": b"kind: Job # billing\n"},
}
WITHOUT_BILLING = {"auth-service": TREE["auth-service"]}

Tree = dict[str, dict[str, bytes]]


class Project:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.out = path / "out"
        self.state = path / ".gen"

    def plan(
        self, tree: Tree, services: list[str] | None = None, unchanged: tuple[str, ...] = ()
    ) -> output.Plan:
        return output.plan(self.out, tree, services, output.Journal.load(self.state, self.out), unchanged)

    def build(self, tree: Tree, services: list[str] | None = None) -> output.Plan:
        plan = self.plan(tree, services)
        output.apply(plan, self.state)
        return plan

    def files(self) -> dict[str, bytes]:
        return {
            each.relative_to(self.out).as_posix(): each.read_bytes()
            for each in self.out.rglob("*")
            if each.is_file() and not each.is_symlink()
        }

    def everything(self) -> dict[str, tuple[int, int, int]]:
        found = {}
        for each in [self.path, *self.path.rglob("*")]:
            status = each.lstat()
            found[str(each)] = (status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        return found

    def edit(self, path: str, content: bytes) -> Path:
        file = self.out / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return file


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def built(project: Project) -> Project:
    project.build(TREE)
    return project


def whole(tree: Tree) -> dict[str, bytes]:
    return {
        f"{service}/{name}": content
        for service, files in tree.items()
        for name, content in {**files, "SHA256SUMS": sums.render(files)}.items()
    }


def rules(plan: output.Plan) -> list[tuple[str, str]]:
    return [(each.rule, each.position.path) for each in plan.diagnostics]


def assert_refused(project: Project, plan: output.Plan) -> None:
    before = project.everything()
    with pytest.raises(ValueError, match="errors"):
        output.apply(plan, project.state)
    assert project.everything() == before


# ---- the normal way


def test_first_build_writes_everything(project: Project) -> None:
    plan = project.build(TREE)
    assert [each.path for each in plan.writes] == [
        "auth-service/SHA256SUMS",
        "auth-service/job.yaml",
        "auth-service/role.yaml",
        "billing/SHA256SUMS",
        "billing/job.yaml",
    ]
    assert project.files() == whole(TREE)
    assert (project.state / ".gitignore").read_bytes() == b"*\n"
    assert not (project.state / "journal.json").exists()


def test_sha256sum_accepts_the_sums(built: Project) -> None:
    for service, files in TREE.items():
        done = subprocess.run(
            ["sha256sum", "--strict", "-c", "SHA256SUMS"],
            cwd=built.out / service,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stderr == ""
        assert done.stdout == "".join(f"{name}: OK\n" for name in sorted(files))
    lines = (built.out / "auth-service/SHA256SUMS").read_text().splitlines()
    assert lines[0] == conventions.SUMS_HEADER
    assert [line.split("  ")[1] for line in lines[1:]] == ["job.yaml", "role.yaml"]


def test_second_build_touches_nothing(built: Project) -> None:
    before = built.everything()
    plan = built.build(TREE)
    assert plan.is_empty
    assert output.diff(plan) == ""
    assert built.everything() == before


def test_nothing_is_made_for_an_up_to_date_checkout(built: Project) -> None:
    for each in built.state.iterdir():
        each.unlink()
    built.state.rmdir()
    before = built.everything()
    built.build(TREE)
    assert built.everything() == before


def test_modes_do_not_depend_on_the_umask(project: Project) -> None:
    old = os.umask(0o077)
    try:
        project.build(TREE)
    finally:
        os.umask(old)
    for each in project.out.rglob("*"):
        assert stat.S_IMODE(each.stat().st_mode) == (0o755 if each.is_dir() else 0o644), each


def test_stale_file_goes(built: Project) -> None:
    tree = {**TREE, "auth-service": {"job.yaml": b"kind: Job\n"}}
    plan = built.build(tree)
    assert [each.path for each in plan.deletes] == ["auth-service/role.yaml"]
    assert built.files() == whole(tree)


def test_removed_service_goes_with_its_directory(built: Project) -> None:
    plan = built.build(WITHOUT_BILLING)
    assert plan.removed_services == ("billing",)
    assert not (built.out / "billing").exists()
    assert built.files() == whole(WITHOUT_BILLING)


def test_only_the_given_services_are_looked_at(built: Project) -> None:
    built.edit("billing/job.yaml", b"edited\n")
    plan = built.build({"auth-service": {"job.yaml": b"new\n"}}, services=["auth-service"])
    assert plan.edited == plan.removed_services == ()
    assert built.files()["auth-service/job.yaml"] == b"new\n"
    assert built.files()["billing/job.yaml"] == b"edited\n"


def test_unchanged_services_are_neither_compared_nor_removed(built: Project) -> None:
    plan = built.plan({}, unchanged=("auth-service",))
    assert plan.removed_services == ("billing",)
    assert built.plan({}, unchanged=("auth-service", "billing")).is_empty


@pytest.mark.parametrize(
    "tree", [{}, {"a": {}}, {"a": {"../b": b""}}, {"a": {"SHA256SUMS": b""}}, {"..": {"b": b""}}]
)
def test_senseless_tree_is_a_broken_invariant(project: Project, tree: Tree) -> None:
    with pytest.raises(ValueError, match=r"service|name"):
        project.plan(tree)


# ---- edited and foreign


def test_edited_file_is_named_and_overwritten(built: Project) -> None:
    built.edit("billing/job.yaml", b"kind: Job # by hand\n")
    plan = built.build(TREE)
    assert plan.edited == ("billing/job.yaml",)
    assert rules(plan) == [("output-edited", "out/billing/job.yaml")]
    assert plan.diagnostics[0].severity is Severity.WARNING
    assert built.files() == whole(TREE)


def test_edit_to_what_is_wanted_is_no_edit(built: Project) -> None:
    tree = {**TREE, "billing": {"job.yaml": b"next\n"}}
    built.edit("billing/job.yaml", b"next\n")
    plan = built.build(tree)
    assert plan.edited == ()
    assert [each.path for each in plan.changes] == ["billing/SHA256SUMS"]


def test_edited_stale_file_is_kept_and_no_longer_listed(built: Project) -> None:
    tree = {**TREE, "auth-service": {"job.yaml": b"kind: Job\n"}}
    built.edit("auth-service/role.yaml", b"precious\n")
    plan = built.build(tree)
    assert plan.edited == plan.foreign == ("auth-service/role.yaml",)
    assert built.files() == {**whole(tree), "auth-service/role.yaml": b"precious\n"}
    after = built.plan(tree)
    assert after.is_empty
    assert rules(after) == [("output-foreign-manifest", "out/auth-service/role.yaml")]


def test_edited_file_of_a_removed_service_is_kept(built: Project) -> None:
    built.edit("billing/job.yaml", b"precious\n")
    plan = built.build(WITHOUT_BILLING)
    assert plan.removed_services == ("billing",)
    assert built.files() == {**whole(WITHOUT_BILLING), "billing/job.yaml": b"precious\n"}
    after = built.plan(WITHOUT_BILLING)
    assert after.is_empty
    assert after.foreign == ("billing/",)


def test_foreign_files_are_named_and_kept(built: Project) -> None:
    built.edit("auth-service/NOTES.txt", b"mine\n")
    built.edit("README", b"mine\n")
    built.edit("by-hand/x.yaml", b"mine\n")
    before = built.everything()
    plan = built.build(TREE)
    assert plan.is_empty
    assert plan.foreign == ("README", "auth-service/NOTES.txt", "by-hand/")
    assert plan.diagnostics == ()
    assert built.everything() == before


def test_foreign_file_keeps_the_directory_of_a_removed_service(built: Project) -> None:
    built.edit("billing/NOTES.txt", b"mine\n")
    plan = built.build(WITHOUT_BILLING)
    assert plan.removed_services == ("billing",)
    assert built.files() == {**whole(WITHOUT_BILLING), "billing/NOTES.txt": b"mine\n"}


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("kustomization.yaml", "Kustomize"),
        ("Kustomization", "Kustomize"),
        ("Chart.yaml", "Helm"),
        ("x.json", "applies"),
    ],
)
def test_foreign_manifest_is_warned_of(built: Project, name: str, word: str) -> None:
    built.edit(f"billing/{name}", b"{}\n")
    plan = built.plan(TREE)
    assert rules(plan) == [("output-foreign-manifest", f"out/billing/{name}")]
    assert word in plan.diagnostics[0].message
    assert plan.diagnostics[0].severity is Severity.WARNING
    assert plan.is_empty


def test_foreign_file_in_a_wanted_place_is_an_error(built: Project) -> None:
    built.edit("billing/role.yaml", b"mine\n")
    plan = built.plan({**TREE, "billing": {"job.yaml": b"x\n", "role.yaml": b"ours\n"}})
    assert rules(plan) == [("output-foreign", "out/billing/role.yaml")]
    assert_refused(built, plan)


def test_foreign_file_with_the_wanted_bytes_is_taken_in(built: Project) -> None:
    tree = {**TREE, "billing": {**TREE["billing"], "role.yaml": b"same\n"}}
    built.edit("billing/role.yaml", b"same\n")
    plan = built.build(tree)
    assert plan.diagnostics == ()
    assert built.files() == whole(tree)


def test_sums_without_our_header_prove_nothing(built: Project) -> None:
    theirs = sums.render(TREE["billing"]).split(b"\n", 1)[1]
    built.edit("billing/SHA256SUMS", theirs)
    plan = built.plan(TREE)
    assert rules(plan) == [("output-foreign", "out/billing/SHA256SUMS")]
    assert_refused(built, plan)
    gone = built.build(WITHOUT_BILLING)
    assert gone.foreign == ("billing/",)
    assert built.files()["billing/SHA256SUMS"] == theirs


def test_missing_sums_come_back(built: Project) -> None:
    (built.out / "billing/SHA256SUMS").unlink()
    built.build(TREE)
    assert built.files() == whole(TREE)


def test_missing_listed_file_comes_back(built: Project) -> None:
    (built.out / "auth-service/role.yaml").unlink()
    plan = built.build(TREE)
    assert [each.path for each in plan.writes] == ["auth-service/role.yaml"]
    assert built.files() == whole(TREE)


# ---- SHA256SUMS


@pytest.mark.parametrize(
    "line",
    [
        "{d}  ../victim",
        "{d}  /etc/passwd",
        "{d}  sub/victim",
        "{d}  ..",
        "\\{d}  a\\nb",
        "{d}  a\\b",
        "{d} *job.yaml",
        "{d}  .hidden",
        "{d}  SHA256SUMS",
        "{d}  ",
        "job.yaml",
        "{d}  job.yaml\r",
    ],
)
def test_odd_entry_is_an_error(built: Project, line: str) -> None:
    victim = built.path / "victim"
    victim.write_bytes(b"victim")
    text = line.replace("{d}", sums.digest(b"victim"))
    content = sums.render(TREE["billing"]) + text.encode() + b"\n"
    built.edit("billing/SHA256SUMS", content)
    for tree in (TREE, WITHOUT_BILLING):
        plan = built.plan(tree)
        assert rules(plan) == [("output-sums", "out/billing/SHA256SUMS")]
        assert plan.diagnostics[0].position.line == 3
        assert_refused(built, plan)
    assert victim.read_bytes() == b"victim"


@pytest.mark.parametrize("style", ["merge", "diff3"])
def test_conflicted_sums_count_as_both_sides(project: Project, style: str) -> None:
    """A real merge of two branches that both changed one service and each added a file."""

    def git(*words: str, check: bool = True) -> None:
        settings = [
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.com",
            "-c",
            f"merge.conflictStyle={style}",
        ]
        subprocess.run(["git", *settings, *words], cwd=project.path, check=check, capture_output=True)

    def commit(tree: Tree) -> None:
        project.build(tree)
        git("add", "-A", "out")
        git("commit", "-qm", "change")

    git("init", "-qb", "main")
    commit({"a": {"base.yaml": b"base\n", "job.yaml": b"0\n"}})
    git("checkout", "-qb", "left")
    commit({"a": {"left.yaml": b"left\n", "job.yaml": b"1\n"}})
    git("checkout", "-q", "main")
    commit({"a": {"right.yaml": b"right\n", "job.yaml": b"2\n"}})
    git("merge", "left", check=False)
    assert b"<<<<<<<" in project.files()["a/SHA256SUMS"]
    git("checkout", "--theirs", "out/a/job.yaml")
    plan = project.build({"a": {"job.yaml": b"3\n"}})
    assert plan.diagnostics == ()
    assert plan.foreign == ()
    assert project.files() == whole({"a": {"job.yaml": b"3\n"}})


def test_ancestor_of_a_conflict_proves_nothing() -> None:
    one, two, three = (f"{digit * 64}  x.yaml" for digit in "123")
    text = "\n".join(
        [
            conventions.SUMS_HEADER,
            "<<<<<<< ours",
            one,
            "||||||| base",
            two,
            "=======",
            three,
            ">>>>>>> theirs",
            "",
        ]
    )
    found = sums.parse(text.encode(), "p")
    assert found is not None
    assert found.diagnostics == ()
    assert found.digests == {"x.yaml": {"1" * 64, "3" * 64}}


# ---- in the way


@pytest.mark.parametrize(
    "place", ["out", "out/billing", "out/billing/job.yaml", "out/billing/SHA256SUMS", "out/billing/x"]
)
def test_link_is_an_error_and_nothing_goes_through_it(built: Project, place: str) -> None:
    path, aside = built.path / place, built.path / "aside"
    if path.exists():
        path.rename(aside)
    else:
        aside.write_bytes(b"x")
    path.symlink_to(aside)
    plan = built.plan({"auth-service": {"job.yaml": b"1"}, "billing": {"job.yaml": b"2"}})
    assert ("output-link", place) in rules(plan)
    assert_refused(built, plan)


def test_link_in_a_removed_service_is_an_error(built: Project) -> None:
    path = built.out / "billing/job.yaml"
    path.rename(built.path / "aside")
    path.symlink_to(built.path / "aside")
    plan = built.plan(WITHOUT_BILLING)
    assert rules(plan) == [("output-link", "out/billing/job.yaml")]
    assert_refused(built, plan)


def test_link_beside_the_services_is_foreign(built: Project) -> None:
    (built.out / "latest").symlink_to("billing")
    plan = built.plan(TREE)
    assert plan.foreign == ("latest",)
    assert plan.is_empty


@pytest.mark.parametrize("place", ["out", "out/billing", "out/billing/job.yaml"])
def test_wrong_kind_in_the_way_is_an_error(project: Project, place: str) -> None:
    path = project.path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)
    plan = project.plan(TREE)
    assert rules(plan) == [("output-blocked", place)]
    assert_refused(project, plan)


def test_directory_in_the_place_of_a_file_is_an_error(project: Project) -> None:
    project.edit("billing/job.yaml/x", b"")
    assert rules(project.plan(TREE)) == [("output-blocked", "out/billing/job.yaml")]


# ---- lock, journal, races, failing disk


def test_lock_names_the_other_process(built: Project) -> None:
    plan = built.plan(WITHOUT_BILLING)
    before = built.files()
    with output.locked(built.state):
        with pytest.raises(GenError, match=f"process {os.getpid()}") as caught:
            output.apply(plan, built.state)
        with pytest.raises(GenError, match="another build"):
            output.demand_idle(built.state)
    assert "wait" in caught.value.help
    assert built.files() == before
    output.demand_idle(built.state)
    output.apply(plan, built.state)


def test_demand_idle_makes_nothing(project: Project) -> None:
    output.demand_idle(project.state)
    assert not project.state.exists()


def test_tree_that_changed_meanwhile_is_left_alone(built: Project) -> None:
    plan = built.plan(WITHOUT_BILLING)
    built.edit("billing/job.yaml", b"by hand, just now\n")
    before = built.files()
    with pytest.raises(GenError, match="changed while"):
        output.apply(plan, built.state)
    assert built.files() == before


def test_tree_that_became_right_meanwhile_is_fine(built: Project) -> None:
    plan = built.plan(WITHOUT_BILLING)
    built.build(WITHOUT_BILLING)
    output.apply(plan, built.state)
    assert built.files() == whole(WITHOUT_BILLING)


def test_linked_state_directory_is_refused(project: Project) -> None:
    elsewhere = project.path / "elsewhere"
    elsewhere.mkdir()
    project.state.symlink_to(elsewhere)
    with pytest.raises(GenError, match=r"\.gen/lock"):
        project.build(TREE)
    assert list(elsewhere.iterdir()) == []
    assert not project.out.exists()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"version":1}', b'{"version":1,"trees":[]}', b"\xff", b"[" * 100_000]
)
def test_damaged_journal_proves_nothing(built: Project, content: bytes) -> None:
    (built.state / "journal.json").write_bytes(content)
    assert output.Journal.load(built.state, built.out) == output.Journal()
    built.build(WITHOUT_BILLING)
    assert built.files() == whole(WITHOUT_BILLING)


def test_journal_of_other_services_outlives_a_build_of_one(built: Project) -> None:
    journal = output.Journal({"billing": {"job.yaml": frozenset({"d"})}}, frozenset({"t"}))
    journal.save(built.state, built.out)
    built.build({"auth-service": {"job.yaml": b"new"}}, services=["auth-service"])
    left = output.Journal.load(built.state, built.out)
    assert left.proves("billing", "job.yaml", "d")
    assert not left.names("auth-service")


def test_journal_of_another_output_directory_proves_nothing_here(built: Project) -> None:
    journal = output.Journal({"billing": {"x": frozenset({"d"})}}, frozenset({"t"}))
    journal.save(built.state, built.path / "other")
    assert output.Journal.load(built.state, built.out) == output.Journal()
    assert output.Journal.load(built.state, built.path / "other") == journal


def test_file_that_looks_like_a_leftover_is_kept_without_proof(built: Project) -> None:
    built.edit("billing/.job.yaml.0123abcd.tmp", b"mine")
    assert built.plan(TREE).is_empty
    assert built.plan(TREE).foreign == ("billing/.job.yaml.0123abcd.tmp",)


_LIMITED = """
import resource, signal, sys
from pathlib import Path
from generator import output
from generator.diagnostics import GenError

project, limit, ignore = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "ignore"
plan = output.plan(project / "out", {"a": {"big.yaml": b"x" * 100_000, "small.yaml": b"new"}})
# Python ignores SIGXFSZ, so a write beyond the limit fails; with the default action it kills.
signal.signal(signal.SIGXFSZ, signal.SIG_IGN if ignore else signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
try:
    output.apply(plan, project / ".gen")
except GenError as error:
    sys.exit(f"GenError: {error}")
"""


@pytest.mark.parametrize("how", ["ignore", "kill"])
def test_full_disk_and_kill_in_mid_write_leave_no_half_written_file(project: Project, how: str) -> None:
    old = {"a": {"big.yaml": b"old", "small.yaml": b"old"}}
    new = {"a": {"big.yaml": b"x" * 100_000, "small.yaml": b"new"}}
    project.build(old)
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(project.path), "50000", how],
        capture_output=True,
        text=True,
        check=False,
    )
    leftovers = [name for name in project.files() if name.endswith(".tmp")]
    if how == "ignore":
        assert done.stderr == "GenError: cannot write out/a: File too large\n"
        assert leftovers == []
    else:
        assert done.returncode == -signal.SIGXFSZ
        assert [len(project.files()[name]) for name in leftovers] == [50_000]
    assert {name: data for name, data in project.files().items() if name not in leftovers} == whole(old)
    plan = project.build(new)
    assert plan.leftovers == tuple(leftovers)
    assert plan.diagnostics == ()
    assert plan.foreign == ()
    assert project.files() == whole(new)


# ---- the difference as text


AWKWARD = {
    "plain.yaml": (b"a\nb\nc\n", b"a\nB\nc\n"),
    "no-newline.yaml": (b"a\nb", b"a\nb\n"),
    "lost-newline.yaml": (b"a\nb\n", b"a\nb"),
    "separators.yaml": ("a\u2028b\x0cc\x85\n".encode(), "a\u2028b\x0cc\x85d\n".encode()),
    "crlf.yaml": (b"a\r\nb\n", b"a\nb\n"),
    "dashes.yaml": (b"-- a\n", b"++ a\n"),
}


def test_diff_is_one_that_patch_applies(project: Project) -> None:
    old = {"a": {name: pair[0] for name, pair in AWKWARD.items()}, "gone": {"x.yaml": b"x\n"}}
    new = {"a": {name: pair[1] for name, pair in AWKWARD.items()}, "come": {"y.yaml": b"y\n"}}
    project.build(old)
    text = output.diff(project.plan(new))
    subprocess.run(["git", "init", "-q"], cwd=project.path, check=True)
    subprocess.run(
        ["git", "apply", "-p0", "--whitespace=nowarn"], input=text.encode(), cwd=project.path, check=True
    )
    assert project.files() == whole(new)
    assert project.plan(new).is_empty


def test_diff_as_text(built: Project) -> None:
    plan = built.plan(
        {
            "auth-service": {"job.yaml": b"kind: Job\nx", "role.yaml": b"kind: Role\n"},
            "billing": {"job.yaml": b"\0"},
        }
    )
    text = output.diff(plan)
    assert (
        "--- out/auth-service/job.yaml\n"
        "+++ out/auth-service/job.yaml\n"
        "@@ -1 +1,2 @@\n"
        " kind: Job\n"
        "+x\n"
        "\\ No newline at end of file\n"
    ) in text
    assert "Binary files out/billing/job.yaml and out/billing/job.yaml differ\n" in text
    assert text == output.diff(plan)


def test_diff_of_a_first_build_starts_from_nothing(project: Project) -> None:
    text = output.diff(project.plan(WITHOUT_BILLING))
    assert "--- /dev/null\n+++ out/auth-service/job.yaml\n@@ -0,0 +1 @@\n+kind: Job\n" in text
    assert not project.out.exists()


def test_other_output_directory(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-o` may name a new path, relative and behind a link; only its own last step must be none."""
    (project.path / "real").mkdir()
    (project.path / "linked").symlink_to("real")
    monkeypatch.chdir(project.path)
    plan = output.plan(Path("linked/new/tree"), TREE, shown="linked/new/tree")
    output.apply(plan, project.state)
    found = (project.path / "real/new/tree/billing/job.yaml").read_bytes()
    assert found == TREE["billing"]["job.yaml"]
