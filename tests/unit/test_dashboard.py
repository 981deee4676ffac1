"""The dashboards' JSON, held against Grafana's own types, and what hostile text can't do in it."""

from __future__ import annotations

import dataclasses
import enum
import json
import re
import types
import typing
from collections.abc import Iterator
from datetime import date
from typing import Any

import promql_parser
import pytest
from grafana_foundation_sdk.cog import encoder, plugins
from grafana_foundation_sdk.models import dashboard as sdk

from generator import model
from generator.monitoring import dashboard, interpolation, overview
from generator.text import compact_json
from tests.support import models

# public/app/features/variables/utils.ts
VARIABLE = re.compile(
    r"\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^\}]+))?(?::([^\}]+))?\}", re.ASCII
)
HOSTILE = (
    "$datasource",
    "${datasource}",
    "$$datasource",
    "[[datasource]]",
    "[[[datasource]]]",
    '"} or up{a="',
    "{{ .Values }}",
    "`x` **y** <script>alert(1)</script>",
    "a\n\n# heading\n- list\n![x](http://evil.example)",
    "\\$datasource\\",
    "&#36;datasource www.evil.example",
)

PINNED = models.service(
    pin=models.pin(expires=date(2027, 1, 2)),
    pushgateway="http://pushgateway.monitoring.svc:9091",
    suspend=True,
    alerts=models.alerts(runbook_base_url="https://runbooks.example.com/out"),
)
QUIET = models.service(alerts=models.alerts(enabled=False))


def dashboards(service: model.Service) -> list[dict[str, Any]]:
    return [dashboard.dashboard(service), overview.overview([service], "monitoring", "migrations-dashboard")]


def panel(found: dict[str, Any], title: str) -> dict[str, Any]:
    (one,) = [each for each in found["panels"] if each["title"] == title]
    return typing.cast(dict[str, Any], one)


def titles(found: dict[str, Any]) -> list[str]:
    return [each["title"] for each in found["panels"]]


def lost(ours: Any, theirs: Any, path: str = "") -> list[str]:
    """What Grafana's types do not know of ours, or know under another type."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return [
            problem
            for key, value in ours.items()
            for problem in (lost(value, theirs[key], f"{path}.{key}") if key in theirs else [f"{path}.{key}"])
        ]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return [
            problem
            for number, pair in enumerate(zip(ours, theirs, strict=True))
            for problem in lost(*pair, f"{path}[{number}]")
        ]
    return [] if ours == theirs else [f"{path}: {ours!r}, {theirs!r}"]


def misfits(value: Any, hint: Any, path: str) -> Iterator[str]:
    """Where a value is not of the type that Grafana's schema gives its place."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        tried = [list(misfits(value, each, path)) for each in arguments]
        yield from [] if [] in tried else tried[0]
    elif origin in (list, dict):
        if not isinstance(value, origin):
            yield f"{path}: {value!r} is no {origin}"
        else:
            for key, item in value.items() if isinstance(value, dict) else enumerate(value):
                yield from misfits(item, arguments[-1], f"{path}.{key}")
    elif isinstance(hint, type) and issubclass(hint, enum.Enum):
        if value not in [each.value for each in hint]:
            yield f"{path}: {value!r} is not in {hint}"
    elif isinstance(value, dict) and hasattr(hint, "from_json"):
        # The library reads some parts only as far as they are mappings.
        yield from misfits(hint.from_json(value), hint, path)
    elif type(value).__module__.startswith("grafana_foundation_sdk.models"):
        for name, inner in typing.get_type_hints(type(value)).items():
            yield from misfits(getattr(value, name), inner, f"{path}.{name}")
    elif isinstance(hint, type) and hint is not object:
        right = (int, float) if hint is float else hint
        if not isinstance(value, right) or (isinstance(value, bool) and hint is not bool):
            yield f"{path}: {value!r} is no {hint}"


@pytest.mark.parametrize("service", [models.service(), PINNED, QUIET], ids=["plain", "pinned", "quiet"])
def test_grafanas_own_types_know_every_part_of_it(service: model.Service) -> None:
    plugins.register_default_plugins()
    for ours in dashboards(service):
        read = sdk.Dashboard.from_json(json.loads(compact_json.text(ours)))
        theirs = json.loads(encoder.JSONEncoder().encode(read))
        assert lost(ours, theirs) == []
        assert list(misfits(read, sdk.Dashboard, "dashboard")) == []


def test_the_check_by_grafanas_types_finds_what_is_wrong() -> None:
    plugins.register_default_plugins()
    for change in (
        {"colorMode": "backgruond"},
        {"reduceOptions": {"calcs": "last"}},
        {"textMode": 1},
        {"unknown": True},
    ):
        ours = dashboard.dashboard(models.service())
        ours["panels"][0]["options"] |= change
        read = sdk.Dashboard.from_json(ours)
        theirs = json.loads(encoder.JSONEncoder().encode(read))
        assert lost(ours, theirs) or list(misfits(read, sdk.Dashboard, "dashboard"))


@pytest.mark.parametrize("service", [models.service(), PINNED, QUIET], ids=["plain", "pinned", "quiet"])
def test_the_layout_leaves_no_gap_and_no_overlap(service: model.Service) -> None:
    for found in dashboards(service):
        assert dashboard.problems(found) == []
        places = [each["gridPos"] for each in found["panels"]]
        cells = [
            (x, y)
            for at in places
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        ]
        assert len(cells) == len(set(cells)) == 24 * (max(y for _, y in cells) + 1)
        assert [each["id"] for each in found["panels"]] == list(range(1, len(places) + 1))
        assert len(set(titles(found))) == len(places)
        assert all(each["description"] for each in found["panels"])
        assert len(compact_json.text(found)) < 20 * 1024


def test_it_is_the_same_text_each_time_and_json() -> None:
    found = dashboard.dashboard(PINNED)
    text = compact_json.text(found)
    assert text == compact_json.text(dashboard.dashboard(PINNED))
    assert json.loads(text) == found
    assert text.isascii()


def test_files_and_uids_of_any_two_services_differ() -> None:
    services = [
        models.service(name=name, namespace=namespace)
        for name, namespace in (("a-b", "c"), ("a", "b-c"), ("a", "c"), ("c", "a"), ("x" * 53, "y" * 63))
    ]
    assert len({dashboard.file(each) for each in services}) == 5
    uids = {dashboard.dashboard(each)["uid"] for each in services}
    assert len(uids) == 5
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", each) for each in uids)
    assert len({dashboard.dashboard(each)["title"] for each in services}) == 5
    assert all(re.fullmatch(r"[-._a-zA-Z0-9]{1,253}", dashboard.file(each)) for each in services)


def test_the_uid_stays_when_anything_else_changes() -> None:
    uids = {dashboard.dashboard(each)["uid"] for each in (PINNED, QUIET)}
    assert uids == {dashboard.uid("auth", "auth-service")}


def test_a_pin_its_reason_and_a_suspension_are_shown() -> None:
    text = panel(dashboard.dashboard(PINNED), "In Git")["options"]["content"]
    assert f"Version **{models.VERSION - 1}**, 1 migration" in text
    assert f"**Pinned** to {models.VERSION - 1}: a rollback from {models.VERSION}, until 2027-01-02." in text
    assert "Why: the new column breaks the login" in text
    assert "**Suspended**" in text
    assert "Pinned" not in panel(dashboard.dashboard(QUIET), "In Git")["options"]["content"]


def test_the_version_in_the_database_is_shown_where_something_reports_it() -> None:
    assert "Version in the database" in titles(dashboard.dashboard(PINNED))
    assert "Version in the database" not in titles(dashboard.dashboard(QUIET))
    assert "migration_database_version" in json.dumps(overview.overview([QUIET, PINNED], "m", "n"))
    assert "migration_database_version" not in json.dumps(overview.overview([QUIET], "m", "n"))


def test_without_alerts_there_is_no_panel_of_alerts() -> None:
    assert not [each for each in titles(dashboard.dashboard(QUIET)) if "lert" in each]
    assert "ALERTS" not in json.dumps(dashboard.dashboard(QUIET))


def test_the_runbook_is_linked_where_there_is_one() -> None:
    (link,) = [each for each in dashboard.dashboard(PINNED)["links"] if each["type"] == "link"]
    assert link["url"] == "https://runbooks.example.com/out/auth-service/RUNBOOK.md"
    assert [each["type"] for each in dashboard.dashboard(QUIET)["links"]] == ["dashboards"]
    cell = "https://runbooks.example.com/out/${__data.fields.Service}/RUNBOOK.md"
    assert cell in json.dumps(overview.overview([PINNED], "m", "n"))
    assert "RUNBOOK" not in json.dumps(overview.overview([PINNED, QUIET], "m", "n"))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_starts_no_variable_and_no_markup(text: str) -> None:
    service = dataclasses.replace(
        models.service(name=text, namespace=text),
        pin=models.pin(reason=text),
        pushgateway="http://p",
        alerts=models.alerts(runbook_base_url=f"https://x.example/{text}"),
    )
    found = dashboard.dashboard(service)
    assert dashboard.problems(found) == []
    ours = {"datasource": "${datasource}"}
    for value in strings(found):
        assert value in ours.values() or not VARIABLE.search(value), value
    content = panel(found, "In Git")["options"]["content"]
    assert not re.search(r"[<>`\[\]!]", content)
    assert content.count("\n") == 2
    for target in (target for each in found["panels"] for target in each.get("targets", ())):
        for written in re.findall(r"(?:namespace|service)=(\"(?:[^\"\\]|\\.)*\")", target["expr"]):
            assert literal(written) == text


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in strings(each)]
    return [value] if isinstance(value, str) else []


def literal(written: str) -> str:
    """What Prometheus makes of a string literal."""
    parsed = promql_parser.parse(written)
    assert isinstance(parsed, promql_parser.StringLiteral)
    return parsed.val


def test_a_quoted_text_stays_what_it_is() -> None:
    for text in HOSTILE:
        assert literal(interpolation.quote(text)) == text
