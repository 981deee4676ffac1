"""Whatever somebody does to `out/`, a build removes and changes only what is proved gen's, or says so."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import conventions, diagnostics, output
from generator.output import sums

SERVICES = ("a", "b", "c")
NAMES = ("job.yaml", "role.yaml", "README.md")
CONTENTS = (b"", b"1\n", b"2\n", b"3")
PLACES = (*NAMES, conventions.SUMS, "kustomization.yaml", ".hidden", "notes")

files = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(CONTENTS), min_size=1)
trees = st.dictionaries(st.sampled_from(SERVICES), files, min_size=1)
places = st.tuples(st.sampled_from((*SERVICES, "own")), st.sampled_from(PLACES))
tampering = st.lists(
    st.tuples(
        st.sampled_from(("write", "delete", "directory", "link", "unlist")), places, st.sampled_from(CONTENTS)
    ),
    max_size=5,
)

Snapshot = dict[str, bytes | str]


@contextmanager
def project() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="gen-property-"))
    try:
        yield path
    finally:
        shutil.rmtree(path)


def snapshot(out: Path) -> Snapshot:
    found: Snapshot = {}
    for each in sorted(out.rglob("*")):
        path = each.relative_to(out).as_posix()
        if each.is_symlink():
            found[path] = f"link to {each.readlink()}"
        else:
            found[path] = "directory" if each.is_dir() else each.read_bytes()
    return found


def tamper(out: Path, how: str, place: tuple[str, str], content: bytes) -> None:
    path = out / place[0] / place[1]
    if how == "unlist":
        listing = path.with_name(conventions.SUMS)
        if listing.is_file() and not listing.is_symlink():
            kept = [line for line in listing.read_bytes().splitlines(True) if place[1].encode() not in line]
            listing.write_bytes(b"".join(kept))
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
    if how == "write":
        path.write_bytes(content)
    elif how == "directory":
        path.mkdir()
    elif how == "link":
        path.symlink_to("../victim")


def ours(before: Snapshot, path: str) -> bool:
    """Told without the code under test: the listing beside the file names it with its digest."""
    service, _, name = path.partition("/")
    content, listing = before[path], before.get(f"{service}/{conventions.SUMS}")
    if not isinstance(listing, bytes) or not isinstance(content, bytes):
        return False
    if not listing.startswith(conventions.SUMS_HEADER.encode() + b"\n"):
        return False
    return name == conventions.SUMS or f"{sums.digest(content)}  {name}\n".encode() in listing


@given(old=trees, changes=tampering, new=trees)
def test_only_what_is_ours_or_named_changes(
    old: dict[str, dict[str, bytes]],
    changes: list[tuple[str, tuple[str, str], bytes]],
    new: dict[str, dict[str, bytes]],
) -> None:
    with project() as path:
        out, state = path / "out", path / ".gen"
        output.apply(output.plan(out, old), state)
        (out / "victim").write_bytes(b"victim")
        for how, place, content in changes:
            tamper(out, how, place, content)
        before = snapshot(out)
        plan = output.plan(out, new)
        if diagnostics.has_errors(plan.diagnostics):
            with pytest.raises(ValueError, match="errors"):
                output.apply(plan, state)
            assert snapshot(out) == before
            return
        output.apply(plan, state)
        after = snapshot(out)

        for each, was in before.items():
            if was != "directory" and after.get(each) != was:
                assert ours(before, each) or each in plan.edited, each
                assert each in after or ours(before, each), each
        assert set(after) - set(before) <= {
            place for each in plan.writes for place in (each.path, each.service)
        }
        for service, wanted in new.items():
            for name, content in {**wanted, conventions.SUMS: sums.render(wanted)}.items():
                assert after[f"{service}/{name}"] == content
        again = output.plan(out, new)
        assert again.is_empty
        assert snapshot(out) == after
        for each, kind in after.items():
            service, _, name = each.partition("/")
            if kind != "directory" and name not in {*new.get(service, {}), conventions.SUMS}:
                assert {each, f"{service}/"} & set(again.foreign), each
