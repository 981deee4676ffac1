"""The runbook as text: every alert has its heading, every link its target, and nobody's text breaks out of it."""

from __future__ import annotations

import dataclasses
import re
import shlex
from collections.abc import Iterator
from datetime import date

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from generator import conventions, model, monitoring, runbook
from generator.migrations import statements
from generator.migrations.model import Migration
from generator.monitoring import alerts
from generator.runbook import markdown, sections
from tests.support import models

ROTATION = model.Rotation(90, date(2026, 10, 5))
KEYS = model.SecretKeys("host", "port", "username", "password", "dbname")
HOSTILE = (
    "`` ``` ~~~\n# Heading\n<!-- comment\n--> <b onclick=x>|</b> [a](javascript:x) ![b](c) *d* _e_ ~~f~~ | $g$"
    " \\ &amp; @team {{ .Values }} $(reboot) '\"; \x1b[31m\u202e\u2028\r\n> [!NOTE]\n- - -\n=====\n~~~"
)


def migration(version: int, text: str, name: str = "step") -> Migration:
    path = f"migrations/auth-service/{version}_{name}.sql"
    read = statements.read(path, text)
    return Migration(
        path=path,
        name=f"{version}_{name}.sql",
        version=version,
        text=text,
        has_down=bool(read.down),
        no_transaction=read.no_transaction,
        up=read.up,
        down=read.down,
        up_line=read.up_line,
        down_line=read.down_line,
    )


def table(version: int) -> Migration:
    text = f"-- +goose Up\nCREATE TABLE t{version} (id int);\n-- +goose Down\nDROP TABLE t{version};\n"
    return migration(version, text)


THREE = tuple(table(each) for each in (1, 2, 3))
PINNED = models.service(migrations=THREE, pin=models.pin(version=1, newest=3, accepted=(2, 3)))
EVERYTHING = dataclasses.replace(
    PINNED,
    pin=models.pin(version=1, newest=3, accepted=(2, 3), expires=date(2027, 1, 31)),
    database=models.database(secret=models.secret(rotation=ROTATION)),
    pushgateway="http://pushgateway.monitoring.svc:9091",
)
ROLLBACKS = (
    "Roll back the last migration",
    "Roll back to a version",
    "Emergency rollback",
    "Roll back at once, by a Job",
    "Roll back with goose alone",
)
VARIANTS = {
    "plain": models.service(migrations=THREE),
    "one": models.service(migrations=(table(1),)),
    "pinned": PINNED,
    "everything": EVERYTHING,
    "to nothing": models.service(migrations=THREE, pin=models.pin(version=0, newest=3, accepted=(1, 2, 3))),
    "stopped first": models.service(
        migrations=THREE, pin=models.pin(version=2, newest=3, accepted=(3,), phase=model.PinPhase.PRE_SYNC)
    ),
    "suspended": models.service(migrations=THREE, suspend=True),
    "sync": models.service(migrations=THREE, sync=models.sync(phase=model.Phase.SYNC)),
    "keys": models.service(
        migrations=THREE, database=models.database(secret=models.secret(dsn_key=None, keys=KEYS))
    ),
    "image": models.service(migrations=THREE, source=model.MigrationSource.IMAGE),
    "many": models.service(migrations=tuple(table(each) for each in range(1, 31))),
    "no way": models.service(migrations=(*THREE, migration(4, "-- +goose Up\nCREATE TABLE t4 (id int);\n"))),
    "half a way": models.service(
        migrations=(migration(1, "-- +goose Up\nSELECT 1;\n"), *THREE[1:]),
    ),
    "silent": models.service(migrations=THREE, alerts=models.alerts(enabled=False)),
}


def parsed(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def everything(tokens: list[Token]) -> Iterator[Token]:
    for each in tokens:
        yield each
        yield from each.children or ()


def headings(text: str) -> list[str]:
    tokens = parsed(text)
    return [
        "".join(part.content for part in tokens[at + 1].children or ())
        for at, each in enumerate(tokens)
        if each.type == "heading_open"
    ]


def github_anchor(heading: str) -> str:
    """As github-slugger: lower case, punctuation goes, each space becomes a hyphen."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def page(service: model.Service) -> str:
    return runbook.render(service).decode()


def section(text: str, title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[1]


@pytest.mark.parametrize("name", VARIANTS)
def test_every_alert_has_a_heading_and_every_link_a_target(name: str) -> None:
    service, text = VARIANTS[name], page(VARIANTS[name])
    anchors = [github_anchor(each) for each in headings(text)]
    assert len(anchors) == len(set(anchors))
    assert {each.name.lower() for each in alerts.alerts(service)} <= set(anchors)
    links = [str(each.attrs["href"]) for each in everything(parsed(text)) if each.type == "link_open"]
    assert links
    assert {each.removeprefix("#") for each in links} <= set(anchors), text
    assert all(each.startswith("#") for each in links)


@pytest.mark.parametrize("name", VARIANTS)
def test_it_is_the_same_each_time_and_clean(name: str) -> None:
    text = page(VARIANTS[name])
    assert text == page(VARIANTS[name])
    assert text.startswith(f"{conventions.RUNBOOK_HEADER}\n\n# ")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not re.search(r"[ \t]$|\n\n\n", text, re.MULTILINE)
    html = [each for each in everything(parsed(text)) if each.type in ("html_block", "html_inline")]
    assert [each.content.strip() for each in html] == [conventions.RUNBOOK_HEADER]


def test_every_alert_that_a_service_can_have_has_a_section() -> None:
    assert set(sections.ALERTS) == set(alerts.NAMES)
    assert {each.name for each in alerts.alerts(EVERYTHING)} == set(alerts.NAMES)


def test_an_alert_without_a_section_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="MigrationForgotten"):
        sections.alert(models.service(), "MigrationForgotten")


def test_the_fragments_of_the_alerts_are_headings() -> None:
    service = dataclasses.replace(
        EVERYTHING, alerts=models.alerts(runbook_base_url="https://runbooks.example.com")
    )
    anchors = {github_anchor(each) for each in headings(page(service))}
    urls = [
        rule.annotations["runbook_url"]
        for group in monitoring.groups(service)
        for rule in group.rules
        if rule.alert is not None
    ]
    assert len(urls) == len(alerts.NAMES)
    for url in urls:
        address, _, fragment = url.partition("#")
        assert address == f"https://runbooks.example.com/auth-service/{conventions.RUNBOOK}"
        assert fragment in anchors


@pytest.mark.parametrize(
    ("title", "anchor"),
    [
        ("MigrationFailed", "migrationfailed"),
        ("Roll back at once, by a Job", "roll-back-at-once-by-a-job"),
        (
            "A NO TRANSACTION migration that stopped half-way",
            "a-no-transaction-migration-that-stopped-half-way",
        ),
        ("What's `new` in C++ & Co.?", "whats-new-in-c--co"),
        ("20260117000007", "20260117000007"),
    ],
)
def test_anchors_are_those_of_github(title: str, anchor: str) -> None:
    assert markdown.anchor(title) == github_anchor(title) == anchor


# --- what it says


def test_a_pin_is_said_at_the_top() -> None:
    text = page(EVERYTHING)
    top = text[: text.index("## Look first")]
    assert "**Pinned to version 1**, until 2027-01-31 (UTC)" in top
    assert "Reason: the new column breaks the login" in top
    assert "gen rollback --release auth-service" in section(text, "Release the pin")
    assert "Pinned" not in page(VARIANTS["plain"])[: page(VARIANTS["plain"]).index("## Look first")]


def test_a_suspension_is_said_at_the_top() -> None:
    text = page(VARIANTS["suspended"])
    assert "**Suspended**" in text[: text.index("## Look first")]
    assert "hook `Skip`" in text


def test_each_down_is_shown_with_what_it_loses() -> None:
    text = section(page(VARIANTS["plain"]), "Migrations")
    assert [line for line in text.split("\n") if line.startswith("### ")] == ["### 3", "### 2", "### 1"]
    assert "```text\nDROP TABLE t3;\n```" in text
    assert "`--accept-data-loss 3`" in text
    assert "`DROP TABLE t3: every row of it`" in text


def test_only_the_last_twenty_are_shown() -> None:
    text = section(page(VARIANTS["many"]), "Migrations")
    shown = [line for line in text.split("\n") if line.startswith("### ")]
    assert shown == [f"### {each}" for each in range(30, 10, -1)]
    assert "And 10 older migrations" in text


def test_a_pin_far_below_is_told_what_further_back_means() -> None:
    service = dataclasses.replace(
        VARIANTS["many"], pin=models.pin(version=5, newest=30, accepted=tuple(range(6, 31)))
    )
    assert "gen rollback auth-service --to 3 " in section(page(service), "Roll back to a version")


def test_no_way_back_behind_a_missing_down() -> None:
    text = page(VARIANTS["no way"])
    assert "**It has no Down: no rollback passes it.**" in text
    assert "gen rollback" not in section(text, "Roll back the last migration")
    assert "4_step.sql` has no Down" in section(text, "Roll back to a version")
    for title in ROLLBACKS:
        assert commands(section(text, title)) == [], title
        assert commands(section(page(VARIANTS["to nothing"]), title)) == [], title
    half = page(VARIANTS["half a way"])
    assert "gen rollback auth-service --to 1 " in section(half, "Roll back to a version")
    assert "No further back than 1" in section(half, "Roll back to a version")


def test_what_waits_behind_a_pin_stands_in_no_way() -> None:
    """Nor is its loss asked for: the Job makes sure that it was never applied."""
    waiting = (*THREE, table(4), migration(5, "-- +goose Up\nCREATE TABLE t5 (id int);\n"))
    pinned = models.service(migrations=waiting, pin=models.pin(version=2, newest=3, accepted=(3,)))
    text = page(pinned)
    lost = "--accept-data-loss 3 --accept-data-loss 2\n"
    for title in ("Roll back the last migration", "Emergency rollback"):
        assert commands(section(text, title))
    assert f'gen rollback auth-service --last --reason "$REASON" {lost}' in section(
        text, "Roll back the last migration"
    )
    assert "no Down" not in "".join(section(text, each) for each in ROLLBACKS)
    assert "**Waits behind the pin.**" in section(text, "Migrations")
    # Of those that the pin undid, it does.
    down = dataclasses.replace(pinned, pin=models.pin(version=2, newest=5, accepted=(3, 4)))
    assert "5_step.sql` has no Down" in section(page(down), "Roll back the last migration")


def test_an_application_is_stopped_until_no_pod_is_left_and_started_again() -> None:
    found = commands(section(page(VARIANTS["plain"]), "Emergency rollback"))
    kubectl = "kubectl --namespace auth "
    steps = [each.strip().removeprefix(kubectl) for each in found if each.startswith(kubectl)]
    assert steps == [
        "get deployment auth-service",
        "scale deployment auth-service --replicas=0",
        "get pods",
        "get jobs auth-service-migration",
        "scale deployment auth-service --replicas=1",
    ]


def test_a_version_that_is_ahead_is_compared_with_git_before_anything() -> None:
    service = models.service(migrations=THREE, pushgateway="http://pushgateway.monitoring.svc:9091")
    text = section(page(service), "MigrationVersionAhead")
    assert text.index("git log --all") < text.index("[roll back](#roll-back-to-a-version)")
    assert "git log" not in section(page(EVERYTHING), "MigrationVersionAhead")
    assert "SELECT max(version_id) FROM goose_db_version" in section(page(service), "MigrationVersionBehind")
    assert "more than 5m behind" in section(page(service), "MigrationReportMissing")
    assert "`job/auth-service-rollback`" in section(page(service), "MigrationFailed")
    assert "auth-service-rollback" not in section(page(VARIANTS["plain"]), "MigrationFailed")


def test_the_flags_are_those_of_the_whole_way() -> None:
    flags = "--accept-data-loss 3 --accept-data-loss 2"
    assert flags in section(page(VARIANTS["plain"]), "Roll back to a version")
    assert "--accept-data-loss 2" not in section(page(VARIANTS["plain"]), "Roll back the last migration")


def test_both_phases_and_the_five_steps() -> None:
    text = section(page(VARIANTS["plain"]), "Emergency rollback")
    at = [text.index(f"**{number}. ") for number in range(1, 6)]
    assert at == sorted(at)
    assert "--phase PreSync" in text
    assert "before the workloads, in an earlier wave" in section(page(VARIANTS["sync"]), "Emergency rollback")


def test_no_transaction_is_spoken_of_only_where_there_is_one() -> None:
    files = migration(4, "-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 1;\n")
    title = "A NO TRANSACTION migration that stopped half-way"
    assert files.path in section(page(models.service(migrations=(*THREE, files))), title)
    assert title not in page(VARIANTS["plain"])


def test_no_password_is_an_argument() -> None:
    """What reads the Secret is a variable's value; psql and goose find it in their environment."""
    for name in ("plain", "keys"):
        for command in commands(page(VARIANTS[name])):
            assert not re.search(r"(psql|goose|gen)\b.*\$(PG|GOOSE_DBSTRING|GEN_DATABASE_URL)", command), (
                command
            )


def commands(text: str) -> list[str]:
    return [each.content for each in parsed(text) if each.type == "fence" and each.info == "sh"]


@pytest.mark.parametrize("name", VARIANTS)
def test_each_block_is_one_command(name: str) -> None:
    found = commands(page(VARIANTS[name]))
    assert len(found) > 30
    for each in found:
        assert each.count("\n") == 1
        assert shlex.split(each)


# --- nobody's text breaks out of it


def test_a_hostile_reason() -> None:
    service = dataclasses.replace(EVERYTHING, pin=models.pin(version=1, newest=3, reason=HOSTILE))
    plain = dataclasses.replace(EVERYTHING, pin=models.pin(version=1, newest=3, reason="x"))
    same_but_for_the_words(page(service), page(plain))
    words = "".join(
        each.content
        for token in parsed(page(service))
        for each in token.children or ()
        if each.type == "text"
    )
    for part in (
        "# Heading <!-- comment --> <b onclick=x>|</b> [a](javascript:x)",
        "&amp; @team",
        "\\x1b[31m\\u202e",
    ):
        assert part in words


def test_hostile_sql() -> None:
    def with_down(down: str) -> model.Service:
        text = f"-- +goose Up\nSELECT 1;\n-- +goose Down\n-- +goose StatementBegin\n{down};\n-- +goose StatementEnd\n"
        return models.service(migrations=(*THREE, migration(4, text)))

    hostile = page(with_down(f"SELECT '\n{HOSTILE}\n```sh\nreboot\n```\n'"))
    same_but_for_the_words(hostile, page(with_down("SELECT 'x'")))
    assert not any("reboot" in each for each in commands(hostile))
    assert all(each.isprintable() for line in hostile.split("\n") for each in line)


def test_hostile_names_of_objects() -> None:
    text = '-- +goose Up\nSELECT 1;\n-- +goose Down\nDROP TABLE "`|<!--\n# x";\n'
    found = page(models.service(migrations=(*THREE, migration(4, text))))
    plain = page(models.service(migrations=(*THREE, migration(4, text.replace("`|<!--\n# x", "x")))))
    same_but_for_the_words(found, plain)


@pytest.mark.parametrize("words", ["`", "``", "a`b", " a ", "`a``b`", "|", "a|b`", "\\|", "\\", "x\\"])
def test_code_in_a_cell_reads_as_it_is(words: str) -> None:
    tokens = parsed(markdown.table(("a",), ((markdown.code(words),), ("next",))))
    cells = [each for token in tokens for each in token.children or ()]
    assert [(each.type, each.content) for each in cells] == [
        ("text", "a"),
        ("code_inline", " ".join(words.split())),
        ("text", "next"),
    ]


def same_but_for_the_words(first: str, second: str) -> None:
    """The same structure: headings, fences, lists, tables, links."""

    def shape(text: str) -> list[tuple[str, str, str]]:
        return [
            (each.type, each.tag, each.info)
            for each in everything(parsed(text))
            if each.type not in ("text", "softbreak", "code_inline")
        ]

    assert shape(first) == shape(second)
    assert headings(first) == headings(second)


def test_a_long_statement_is_cut() -> None:
    rows = ",\n".join(f"({each})" for each in range(1000))
    text = f"-- +goose Up\nSELECT 1;\n-- +goose Down\nINSERT INTO t VALUES\n{rows},\n('{'x' * 5000}');\n"
    found = page(models.service(migrations=(migration(1, text),)))
    assert "… and more, to line 1005 of the file" in found
    assert len(found) < 40_000
