"""Whatever a person writes, the rules parse and say it back unchanged."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import promql_parser
from hypothesis import given
from hypothesis import strategies as st

from generator import model, monitoring
from generator.monitoring import promql
from tests.support import models

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
TRICKY = st.one_of(TEXT, st.text('{}"\\`$%#\n\0(),=~ x'))


# The actions of ours that are no escape: what is shown of a series.
ACTIONS = re.compile(r"\{\{ [^{}]* \}\}")


def expanded(template: str) -> str:
    """What Go's text/template makes of a template whose only actions print a string without escapes."""
    assert "{{" not in re.sub(r'\{\{"[^"\\]*"\}\}', "", template)
    return re.sub(r'\{\{"([^"\\]*)"\}\}', r"\1", template)


def service(
    labels: dict[str, str], base: str | None, name: str, namespace: str, secret: str, reason: str = "x"
) -> model.Service:
    """With every alert that there is."""
    rotation = model.Rotation(90, date(2026, 1, 31))
    return models.service(
        name=name,
        namespace=namespace,
        database=models.database(secret=models.secret(name=secret, rotation=rotation)),
        alerts=models.alerts(labels=labels, runbook_base_url=base),
        pushgateway=f"https://push.example.com/{secret}",
        pin=models.pin(reason=reason, expires=date(2026, 12, 1)),
    )


@given(TRICKY)
def test_a_quoted_text_is_one_string_of_promql(text: str) -> None:
    parsed: Any = promql_parser.parse(f"up{{x={promql.quote(text)}}}")
    (matcher,) = parsed.matchers.matchers
    assert (matcher.name, matcher.value) == ("x", text)


@given(TRICKY, TRICKY)
def test_an_escaped_text_is_shown_as_it_was_next_to_anything(text: str, neighbour: str) -> None:
    assert expanded(promql.literal(text) + promql.literal(neighbour)) == text + neighbour


@given(TRICKY, TRICKY, st.integers(min_value=0))
def test_an_action_of_ours_stays_one_behind_any_text(before: str, behind: str, number: int) -> None:
    template = promql.literal(before) + f'{{{{"{number}"}}}}' + promql.literal(behind)
    assert expanded(template) == f"{before}{number}{behind}"


@given(
    st.dictionaries(st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]*", fullmatch=True), TRICKY, max_size=3),
    st.none() | TRICKY,
    TRICKY,
    TRICKY,
    TRICKY,
    TRICKY,
)
def test_no_text_breaks_a_rule(
    labels: dict[str, str], base: str | None, name: str, namespace: str, secret: str, reason: str
) -> None:
    """Names are checked before they come here; the rules hold even without that."""
    wanted = service(labels, base, name, namespace, secret, reason)
    found = monitoring.groups(wanted)
    assert monitoring.problems(found) == []
    (group,) = found
    plain = {rule.name: rule for rule in monitoring.groups(service({}, None, "a", "b", "c"))[0].rules}
    for rule in group.rules:
        assert shape(rule.expr) == shape(plain[rule.name].expr)
        if rule.alert is None:
            continue
        own = {"namespace", "service", "severity", "version"}
        shown = {key: expanded(text) for key, text in rule.labels.items()}
        assert {**labels, **{key: shown[key] for key in own & shown.keys()}} == shown
        assert (shown["namespace"], shown["service"]) == (namespace, name)
        actions = ACTIONS.findall(rule.annotations["description"])
        assert actions == ACTIONS.findall(plain[rule.name].annotations["description"])
        url = rule.annotations.get("runbook_url")
        assert (url is None) == (base is None)
        if url is not None:
            assert expanded(url).startswith(f"{base}/")


def shape(expression: str) -> str:
    """The expression with every string emptied: what no text may change."""
    return re.sub(r'"(\\.|[^"\\])*"', '""', expression, flags=re.S)
