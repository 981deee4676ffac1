"""Rollbacks and a release, decided and written as `gen rollback` does it, give services.yaml back byte for byte."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import check, model, pinning
from generator.source import decoding
from tests.support import forked, projects

LAYOUTS = [
    # {d} is the service's database
    "version: 1\nservices:\n  auth-service:\n    # who owns it\n    namespace: auth\n    database: {d}\n",
    "version: 1\nservices:\n      'auth-service': !!map # x\n\n       database: {d}\n       namespace: auth # pin:",
    "version: 1\nservices: {{auth-service: {{database: {d}, namespace: auth}}}}\n",
    "version: 1\nservices:\n  auth-service: {{ # x\n    # y\n    database: {d},\n    namespace: auth,\n  }}\n",
    "services:\n  auth-service: &unused\n    namespace: auth\n    job: &job {{retries: 1}}\n    database: {d}\n"
    "  other:\n    job: {{<<: *job, timeout: 9m}}\n    namespace: a\n    database: {d}\n"
    "    migrations: {{directory: migrations/auth-service}}\nversion: 1",
]
DATABASE = "{secret: {name: auth-db, key: dsn}}"
VERSIONS = (1, 2, 3, 4)
HEAD = 'version: 1\ndefaults: {runner: {image: "registry.example.com/platform/goose:3.27.3"}}'


def project(root: Path, layout: str) -> tuple[Path, bytes]:
    file = root / "services.yaml"
    text = layout.format(d=DATABASE).replace("version: 1", HEAD)
    file.write_text(text, encoding="utf-8", newline="")
    directory = root / "migrations" / "auth-service"
    directory.mkdir(parents=True, exist_ok=True)
    for version in VERSIONS:
        sql = projects.migration(f"CREATE INDEX i{version} ON t (c);", f"DROP INDEX i{version};")
        (directory / f"{version:05}_index.sql").write_text(sql, encoding="utf-8")
    return file, file.read_bytes()


def service(file: Path) -> tuple[model.Project, model.Service]:
    checked = check.check(file)
    assert checked.project is not None, checked.diagnostics
    (found,) = [each for each in checked.project.services if each.name == "auth-service"]
    return checked.project, found


WISHES = st.builds(
    pinning.Wish,
    version=st.sampled_from([0, *VERSIONS[:-1]]),
    reason=st.text(min_size=1, max_size=50).filter(lambda text: not decoding.UNSAFE.search(text)),
    expires=st.none() | st.dates(min_value=date(2200, 1, 1)),
    phase=st.sampled_from(model.PinPhase),
    accepted=st.just(()) | st.just((4, 2)),
)


@settings(max_examples=40)
@given(st.sampled_from(LAYOUTS), st.lists(WISHES, min_size=1, max_size=3))
def test_rollbacks_and_a_release_restore_the_file(layout: str, wishes: list[pinning.Wish]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        file, before = project(Path(directory), layout)
        _, unpinned = service(file)
        for wish in wishes:
            planned = pinning.pin(*service(file), wish)
            assert not planned.is_refused, planned.found
            pinning.write(file, planned)
            # What was written is what was decided about: dataclasses compare by value.
            assert service(file)[1] == planned.service
        pinning.write(file, pinning.release(*service(file)))
        assert file.read_bytes() == before
        assert service(file)[1] == unpinned


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_command_and_its_release_restore_the_file(tmp_path: Path, layout: str) -> None:
    file, before = project(tmp_path, layout)
    file.chmod(0o640)
    for target in (["--to", "2"], ["--last"], ["--to", "3", "--expires", "2200-01-01", "--phase", "PreSync"]):
        said = forked.gen(
            "rollback", "auth-service", *target, "--reason", 'it "hangs": \\ #\n😀', cwd=tmp_path
        )
        assert said.returncode == 0, said.stderr
        assert file.read_bytes() != before
    said = forked.gen("rollback", "--release", "auth-service", cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert file.read_bytes() == before
    assert file.stat().st_mode & 0o7777 == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == [".gen", "migrations", "services.yaml"]
