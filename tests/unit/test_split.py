"""How migrations are divided into ConfigMaps, what these are called, and what is said of too much or of an image."""

from __future__ import annotations

import dataclasses
import json
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator import conventions, model, output, removal
from generator.charts import config_map
from generator.diagnostics import Diagnostic, GenError, Position, Severity
from generator.migrations import partition
from generator.migrations.model import Migration
from generator.rules import image_digest, migration_image_directory, migration_size
from tests.support import models

SOME = settings(max_examples=100)
DIGEST = "sha256:" + "0" * 64
IMAGE = f"registry.example.com/auth-migrations:1.4@{DIGEST}"


def sql(version: int, text: str) -> Migration:
    name = f"{version:05}_x.sql"
    return models.migration(version, name=name, path=f"migrations/auth-service/{name}", text=text)


def of_size(version: int, size: int) -> Migration:
    """A migration that takes exactly so many bytes of a part."""
    made = sql(version, "")
    return dataclasses.replace(made, text="x" * (size - partition.entry_size(made)))


# The partition.

PIECES = st.sampled_from(
    ["a", "\n", '"', "\\", "<>&", "\t", "\r\n", "ü", "\U0001f680", "\u2028", "\x01", "\x7f"]
)
TEXTS = st.builds(lambda piece, times: piece * times, PIECES, st.integers(1, 60_000))


@SOME
@given(st.lists(TEXTS, max_size=20), TEXTS)
@example(["<" * 50_000] * 3, "<")
def test_the_parts_are_complete_small_enough_and_never_changed_by_a_newer_migration(
    texts: list[str], newest: str
) -> None:
    migrations = [sql(number, text) for number, text in enumerate(texts, start=1)]
    parts = partition.split(migrations)
    assert [each for part in parts for each in part] == migrations
    for part in parts:
        used = sum(map(partition.entry_size, part))
        assert used <= partition.PART or len(part) == 1
    for part, following in pairwise(parts):
        # No part is closed before it is full.
        assert sum(map(partition.entry_size, (*part, following[0]))) > partition.PART
    grown = partition.split([*migrations, sql(len(texts) + 1, newest)])
    assert grown[: len(parts) - 1] == parts[:-1]
    assert grown[len(parts) - 1][: len(parts[-1])] == parts[-1]


def test_a_part_is_filled_to_the_last_byte() -> None:
    half = partition.PART // 2
    assert len(partition.split([of_size(1, half), of_size(2, partition.PART - half)])) == 1
    assert len(partition.split([of_size(1, half), of_size(2, partition.PART - half + 1)])) == 2


def test_a_file_beyond_a_part_stands_alone() -> None:
    migrations = [of_size(1, 100), of_size(2, partition.PART + 1), of_size(3, 100)]
    assert partition.split(migrations) == tuple((each,) for each in migrations)
    assert partition.split(()) == ((),)


@SOME
@given(st.text())
@example('"\\\n\r\t<>&\u2028\u2029\b\f\x00\x1f\x7f\u0085\U0001f680')
def test_json_is_never_larger_than_thought(text: str) -> None:
    """Against Python's, with what Go escapes on top; Go itself is asked in tests/integration/test_split.py."""
    escaped = json.dumps(text, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        escaped = escaped.replace(character, f"\\u{ord(character):04x}")
    assert partition.json_size(text) >= len(escaped.encode()) - 2
    assert partition.json_size(text) <= len(escaped.encode()) - 2 + 4 * (text.count("\b") + text.count("\f"))


# The ConfigMaps.


def large(count: int = 5, **changes: Any) -> model.Service:
    migrations = tuple(of_size(version, 100_000) for version in range(1, count + 1))
    return models.service(migrations=migrations, **changes)


def test_every_part_has_a_key_of_its_own_content() -> None:
    service = large()
    parts = config_map.parts(service)
    assert [each.name for each in parts] == [
        "auth-service-migrations",
        "auth-service-migrations-2",
        "auth-service-migrations-3",
    ]
    assert [conventions.SERVICE_FILE in each.files for each in parts] == [True, False, False]
    (_, second, third) = parts
    edited = dataclasses.replace(service.migrations[2], text="y" * len(service.migrations[2].text))
    others = config_map.parts(
        dataclasses.replace(service, migrations=(*service.migrations[:2], edited, *service.migrations[3:]))
    )
    assert others[0] == parts[0]
    assert others[1].key != second.key
    assert others[2] == third
    assert len({second.key, third.key, parts[0].key}) == 3


def test_a_setting_moves_no_border() -> None:
    with_it = config_map.parts(large())
    without = config_map.parts(large(database=models.database(session_parameters=False)))
    assert [set(each.files) - {conventions.SERVICE_FILE} for each in with_it] == [
        set(each.files) for each in without
    ]
    assert with_it[1:] == without[1:]


@pytest.mark.parametrize("last", [1, 5])
def test_two_files_of_one_name_are_refused(last: int) -> None:
    """In one part a mapping would lose one of them, in two the kubelet."""
    service = large()
    again = dataclasses.replace(service.migrations[0], version=99)
    with pytest.raises(GenError, match=r"two files would be `00001_x\.sql` in the pod"):
        config_map.parts(dataclasses.replace(service, migrations=(*service.migrations[:last], again)))


NAMES = st.lists(
    st.sampled_from(("migration", "migrations", "release", "a", "2", "3", "12")), min_size=1, max_size=5
).map("-".join)


@SOME
@given(st.lists(NAMES, unique=True, min_size=2, max_size=6))
@example(["a", "a-migrations-2", "a-migrations", "2"])
def test_names_of_parts_never_collide(names: list[str]) -> None:
    def config_maps(name: str) -> set[str]:
        parts = {conventions.migrations_config_map(name, part) for part in (1, 2, 3, 12, 22, 40)}
        return parts | {conventions.release_config_map(name)}

    for one, other in combinations(names, 2):
        assert not config_maps(one) & config_maps(other)
    for name in names:
        assert len(config_maps(name)) == 7
        assert (
            conventions.manifest_file("ConfigMap", conventions.release_config_map(name)) == "configmap.yaml"
        )
        for part, file in ((1, "configmap.yaml"), (2, "configmap-2.yaml"), (12, "configmap-12.yaml")):
            found = conventions.migrations_config_map(name, part)
            assert conventions.manifest_file("ConfigMap", found) == file
            assert conventions.manifest_file("Role", found) == "role.yaml"


def test_names_of_parts_fit() -> None:
    longest = conventions.migrations_config_map("a" * conventions.MAX_SERVICE_NAME, 9999)
    assert len(longest) <= 253


# The migrations in the image.


def in_image(**changes: Any) -> model.Service:
    base = models.service(source=model.MigrationSource.IMAGE, runner=models.runner(image=IMAGE))
    return dataclasses.replace(base, **changes)


def test_an_image_leaves_only_the_service_file() -> None:
    (part,) = config_map.parts(in_image())
    assert (part.name, set(part.files)) == ("auth-service-migrations", {conventions.SERVICE_FILE})
    assert config_map.parts(in_image(database=models.database(session_parameters=False))) == ()


# The rules.


def project(service: model.Service) -> model.Project:
    return model.Project("services.yaml", "", (service,), ())


def written(**settings: Position) -> model.Where:
    return model.Where(lambda path: settings.get("_".join(path)), Position("services.yaml"))


def rules(found: list[Diagnostic]) -> list[tuple[str, str]]:
    assert all(each.severity is Severity.ERROR and each.help for each in found)
    return [(each.rule, each.position.path) for each in found]


def test_what_fits_is_not_too_large() -> None:
    fits = sql(1, "x" * partition.MOST)
    assert list(migration_size.check(project(models.service(migrations=(fits,))))) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x" * (partition.MOST + 1), "the file has 1,044,481 bytes, and a ConfigMap can carry 1,044,480"),
        ("<" * 540_000, "the file has 3,240,017 bytes as JSON, and a ConfigMap can carry 3,141,632"),
    ],
)
def test_one_file_beyond_a_config_map(text: str, words: str) -> None:
    service = models.service(migrations=(sql(1, "x"), sql(2, text)))
    found = list(migration_size.check(project(service)))
    assert rules(found) == [("migration-size", "migrations/auth-service/00002_x.sql")]
    assert found[0].message.startswith(words)
    assert "`migrations.source: image`" in found[0].help
    assert list(migration_size.check(project(dataclasses.replace(service, source=in_image().source)))) == []


def test_all_files_beyond_what_argo_cd_reads() -> None:
    migrations = tuple(sql(version, "-- +goose Up\n" + "x" * 500_000) for version in range(1, 21))
    found = list(migration_size.check(project(models.service(migrations=migrations))))
    assert rules(found) == [("migration-size", "services.yaml")]
    assert "and Argo CD reads at most 10,000,000 from one directory" in found[0].message
    assert list(migration_size.check(project(models.service(migrations=migrations[:19])))) == []


@pytest.mark.parametrize("image", ["registry.example.com/a:1.4", "a:latest", "registry.example.com/a"])
def test_an_image_with_the_sql_needs_a_digest(image: str) -> None:
    service = in_image(runner=models.runner(image=image))
    assert rules(list(image_digest.check(project(service)))) == [("image-digest", "services.yaml")]
    assert list(image_digest.check(project(in_image()))) == []
    plain = dataclasses.replace(service, source=model.MigrationSource.CONFIG_MAP)
    assert list(image_digest.check(project(plain))) == []


def test_an_image_that_is_none_is_somebody_elses_finding() -> None:
    assert list(image_digest.check(project(in_image(runner=models.runner(image=""))))) == []


def test_a_directory_that_nobody_looks_into() -> None:
    where = written(migrations_imageDirectory=Position("services.yaml", 7))
    service = models.service(image_directory="/sql", where=where)
    (found,) = migration_image_directory.check(project(service))
    assert (found.rule, found.position.line) == ("migration-image-directory", 7)
    assert list(migration_image_directory.check(project(in_image(image_directory="/sql", where=where)))) == []
    assert list(migration_image_directory.check(project(models.service()))) == []


@pytest.mark.parametrize(
    ("directory", "is_hidden"),
    [
        ("/session", True),
        ("/session/sql", True),
        ("/sessions", False),
        ("/ca", True),
        ("/ca/sql", True),
        ("/cat", False),
        ("/migrations", False),
    ],
)
def test_a_directory_that_a_mount_hides(directory: str, is_hidden: bool) -> None:
    bundle = models.runner(image=IMAGE, ca_bundle=model.KeyReference("ca", "ca.crt"))
    service = in_image(image_directory=directory, runner=bundle)
    found = [each.rule for each in migration_image_directory.check(project(service))]
    assert found == ["migration-image-directory"] * is_hidden


# What stays in the cluster.


def manifest(name: str, phase: str = "PreSync", namespace: str = "auth") -> str:
    hook = f"  annotations:\n    {conventions.HOOK}: {phase}\n" if phase else ""
    data = f"data:\n  1_a.sql: |\n    {conventions.HOOK}: PreSync\n    name: x\n"
    return f"kind: ConfigMap\nmetadata:\n{hook}  name: {name}\n  namespace: {namespace}\n{data}"


RELEASE = manifest("auth-service-migration-release", phase="")
FIRST = manifest("auth-service-migrations")


def commands(before: dict[str, str], after: dict[str, str] | None) -> tuple[str, ...]:
    """`after` is None where the service is gone."""

    def change(name: str) -> output.Change | None:
        old, new = (
            None if files is None or name not in files else files[name].encode() for files in (before, after)
        )
        return None if old == new else output.Change("auth-service", name, old, new)

    changes = tuple(each for name in sorted({*before, *(after or {})}) if (each := change(name)))
    listed = {name: frozenset({"0" * 64}) for name in before}
    directory = output.Directory("auth-service", wanted=after is not None, listed=listed, changes=changes)
    request = output.Request(Path("out"), {}, None, frozenset(), "out")
    return removal.commands(output.Plan(request, (directory,), (), ()))


def parts(*numbers: int, **changes: str) -> dict[str, str]:
    return {
        f"configmap-{number}.yaml": manifest(f"auth-service-migrations-{number}", **changes)
        for number in numbers
    }


def test_parts_that_are_not_needed_any_more_are_named() -> None:
    first = {"configmap.yaml": f"{RELEASE}---\n{FIRST}"}
    assert commands({**first, **parts(2, 3, 10)}, {**first, **parts(2)}) == (
        "kubectl --namespace auth delete --ignore-not-found"
        " configmap/auth-service-migrations-3 configmap/auth-service-migrations-10",
    )
    assert commands({**first, **parts(2)}, {**first, **parts(2, 3)}) == ()
    # A plain object is pruned.
    assert commands({**first, **parts(2, phase="")}, first) == ()


def test_the_config_map_of_a_service_that_has_none_any_more_is_named() -> None:
    with_it, without = {"configmap.yaml": f"{RELEASE}---\n{FIRST}"}, {"configmap.yaml": RELEASE}
    line = "kubectl --namespace auth delete --ignore-not-found configmap/auth-service-migrations"
    assert commands({**with_it, **parts(2)}, without) == (f"{line} configmap/auth-service-migrations-2",)
    assert commands(with_it, without) == (line,)
    assert commands(without, with_it) == ()


def test_a_service_that_goes_takes_all_its_parts() -> None:
    first = {"configmap.yaml": f"{RELEASE}---\n{FIRST}", "job.yaml": "metadata:\n  namespace: auth\n"}
    (line,) = commands({**first, **parts(2, 3)}, None)
    assert line == removal.command("auth-service", "auth", (2, 3))
    assert "configmap/auth-service-migrations configmap/auth-service-migrations-2 configmap/auth-" in line


def test_another_namespace_leaves_all_parts_behind() -> None:
    before = {
        "configmap.yaml": f"{RELEASE}---\n{FIRST}",
        "job.yaml": "metadata:\n  namespace: auth\n",
        **parts(2, 3),
    }
    after = {name: text.replace("namespace: auth", "namespace: ledger") for name, text in before.items()}
    del after["configmap-3.yaml"]
    assert commands(before, after) == (removal.command("auth-service", "auth", (2, 3)),)
