"""A cache that is asked about disks and inputs that differ in one thing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import generator
from generator import cache, output
from generator.cache import Cache

FILES = {"job.yaml": b"kind: Job\n", "role.yaml": b"kind: Role\n"}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    out = tmp_path / "out"
    output.apply(output.plan(out, {"auth": FILES}), tmp_path / ".gen")
    Cache.load(tmp_path / ".gen/cache.json").with_("auth", "key", FILES).save()
    return tmp_path


def fresh(project: Path, key: str = "key") -> bool:
    return Cache.load(project / ".gen/cache.json").fresh("auth", key, project / "out")


def test_fresh_when_nothing_changed(saved: Path) -> None:
    assert fresh(saved)


def test_not_fresh_for_another_input(saved: Path) -> None:
    assert not fresh(saved, key="other")
    assert not Cache.load(saved / ".gen/cache.json").fresh("billing", "key", saved / "out")


def _link(out: Path) -> None:
    (out / "auth/job.yaml").rename(out / "job")
    (out / "auth/job.yaml").symlink_to(out / "job")


@pytest.mark.parametrize(
    "change",
    [
        lambda out: (out / "auth/job.yaml").write_bytes(b"kind: Job!\n"),
        lambda out: (out / "auth/job.yaml").unlink(),
        lambda out: (out / "auth/more.yaml").write_bytes(b""),
        lambda out: (out / "auth/more").mkdir(),
        lambda out: (out / "auth/SHA256SUMS").unlink(),
        lambda out: (out / "auth/SHA256SUMS").write_bytes(b""),
        lambda out: shutil.rmtree(out / "auth"),
        shutil.rmtree,
        _link,
    ],
)
def test_not_fresh_when_the_disk_differs(saved: Path, change: Callable[[Path], object]) -> None:
    change(saved / "out")
    assert not fresh(saved)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'{"version": 2, "settled": null, "services": {}}',
        b'{"version": 1, "settled": null, "services": []}',
        b'{"version": 1, "settled": null, "services": {"auth": {"key": "key"}}}',
        b'{"version": 1, "settled": null, "services": {"auth": {"key": "key", "files": {"job.yaml": 1}}}}',
        b'{"version": 1, "services": {}}',
        b'{"version": 1, "settled": [], "services": {}}',
        b'{"version": 1, "settled": {"digest": 1, "directories": {}}, "services": {}}',
        b'{"version": 1, "settled": {"digest": "a", "directories": {"auth": []}}, "services": {}}',
        b"[" * 100_000,
    ],
)
def test_damaged_cache_is_empty_and_rewritten(saved: Path, content: bytes) -> None:
    path = saved / ".gen/cache.json"
    path.write_bytes(content)
    assert not fresh(saved)
    Cache.load(path).with_("auth", "key", FILES).save()
    assert fresh(saved)


def test_truncated_cache_is_empty_at_every_length(saved: Path) -> None:
    path = saved / ".gen/cache.json"
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert not fresh(saved), length


def test_nothing_is_written_when_nothing_changed(saved: Path) -> None:
    path = saved / ".gen/cache.json"
    before = path.stat()
    Cache.load(path).with_("auth", "key", dict(reversed(FILES.items()))).only(["auth"]).save()
    assert path.stat() == before


def test_service_that_left_the_input_leaves_the_cache(saved: Path) -> None:
    path = saved / ".gen/cache.json"
    Cache.load(path).with_("billing", "k", FILES).only({"auth"}).save()
    assert Cache.load(path).entries.keys() == {"auth"}


def test_settled_input_is_kept_and_taken_back(saved: Path) -> None:
    path = saved / ".gen/cache.json"
    settled = cache.Settled("digest", {"auth": "migrations/auth"})
    Cache.load(path).settle(settled).save()
    loaded = Cache.load(path)
    assert loaded.settled == settled
    assert loaded.is_whole(saved / "out")
    assert not loaded.with_("billing", "k", FILES).is_whole(saved / "out")
    assert not loaded.settle(None).is_whole(saved / "out")
    loaded.settle(None).save()
    assert Cache.load(path).settled is None


def test_first_save_makes_an_ignored_directory(tmp_path: Path) -> None:
    Cache.load(tmp_path / ".gen/cache.json").with_("auth", "key", FILES).save()
    assert sorted(each.name for each in (tmp_path / ".gen").iterdir()) == [".gitignore", "cache.json"]


def test_key_knows_the_borders_and_kinds_of_its_parts() -> None:
    keys = [
        cache.key(),
        cache.key("ab"),
        cache.key("a", "b"),
        cache.key("", "ab"),
        cache.key(b"ab"),
        cache.key("a", b"b"),
        cache.key("\udc80"),
    ]
    assert len(set(keys)) == len(keys)
    assert cache.key("a", b"b") == cache.key("a", b"b")


def test_code_digest_follows_the_source(tmp_path: Path) -> None:
    """A copy of the package gives the same digest as the original, and another after an edit."""
    copy = tmp_path / "generator"
    shutil.copytree(Path(generator.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))

    def digest() -> str:
        code = "from generator import cache; print(cache.code_digest())"
        done = subprocess.run(
            [sys.executable, "-B", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    first = digest()
    assert first == cache.code_digest()
    (copy / "__pycache__").mkdir()
    (copy / "__pycache__/x.py").write_text("")
    assert digest() == first
    conventions = copy / "conventions.py"
    conventions.write_text(f"{conventions.read_text()}\n# a comment\n")
    assert digest() != first
