"""However services.yaml is written: a pin that comes and goes leaves no trace, and nothing else ever changes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
import ruamel.yaml
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from generator import source
from generator.diagnostics import GenError
from generator.source import decoding, editing
from tests.support import layouts

CALM = settings(suppress_health_check=[HealthCheck.too_slow])

Pin = dict[str, editing.Value]
PINS = st.fixed_dictionaries(
    {
        "version": st.integers(0, 2**63 - 1),
        "from": st.integers(1, 2**63 - 1),
        "reason": st.text(max_size=20).filter(lambda text: not decoding.UNSAFE.search(text)),
    },
    optional={
        "expires": st.dates(),
        "phase": st.sampled_from(["PreSync", "PostSync"]),
        "acceptDataLoss": st.lists(st.integers(1, 2**63 - 1), max_size=4),
    },
)


def loaded(data: bytes) -> Any:
    """The value, by gen's own reader and by another one."""
    document, found = source.parse(data, "services.yaml")
    assert {each.rule for each in found} <= {"yaml-bom", "yaml-line-endings"}, data
    assert document is not None
    text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    other = ruamel.yaml.YAML(typ="safe", pure=True).load(text)
    return document.value, other


def written(value: Pin) -> dict[str, Any]:
    return {key: str(each) if isinstance(each, date) else each for key, each in value.items()}


def without_pin(value: Any, name: str) -> Any:
    services = {**value["services"], name: {**value["services"][name]}}
    services[name].pop("pin", None)
    return {**value, "services": services}


@CALM
@given(layouts.files(), PINS, PINS, st.data())
def test_a_pin_that_comes_and_goes_leaves_no_trace(
    file: layouts.File, pin: Pin, other: Pin, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(file.free))
    where = ("services", name)
    before, foreign_before = loaded(file.data)
    pinned = editing.insert(file.data, where, "pin", pin)
    after, foreign_after = loaded(pinned)
    assert after["services"][name]["pin"] == written(pin)
    assert next(iter(after["services"][name])) == "pin"
    assert without_pin(after, name) == before
    assert without_pin(foreign_after, name) == foreign_before
    assert editing.remove(pinned, where, "pin") == file.data
    again = editing.replace(pinned, where, "pin", other)
    assert again == editing.insert(file.data, where, "pin", other)
    assert editing.replace(again, where, "pin", pin) == pinned


@CALM
@given(layouts.files(pinned=True), PINS, st.data())
def test_a_pin_that_a_person_wrote_goes_alone(file: layouts.File, pin: Pin, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(file.free))
    before, foreign_before = loaded(file.data)
    released = editing.remove(file.data, ("services", name), "pin")
    after, foreign_after = loaded(released)
    assert "pin" not in after["services"][name]
    assert after == without_pin(before, name)
    assert foreign_after == without_pin(foreign_before, name)
    assert is_cut(file.data, released)
    replaced = editing.replace(file.data, ("services", name), "pin", pin)
    assert loaded(replaced)[0]["services"][name]["pin"] == written(pin)
    assert without_pin(loaded(replaced)[0], name) == after


def is_cut(before: bytes, after: bytes) -> bool:
    """Whether one stretch of bytes was taken out."""
    begin = next((i for i in range(len(after)) if before[i] != after[i]), len(after))
    return before.endswith(after[begin:])


@CALM
@given(layouts.files(), PINS, st.data())
def test_where_others_would_change_nothing_is_done(file: layouts.File, pin: Pin, data: st.DataObject) -> None:
    assume(file.bound)
    loaded(file.data)
    name = data.draw(st.sampled_from(file.bound))
    with pytest.raises(GenError, match=r"would change too|is an alias") as caught:
        editing.insert(file.data, ("services", name), "pin", pin)
    assert caught.value.help


@CALM
@given(st.text(max_size=200))
@example('"\\')
@example("#: - {}[],&*!|>'%@`\\x00")
@example("a\nb\t\u00a0\u200b\U0001f600\u0300")
@example("\0")
@example("a\u2028b")
@example("\r\n")
@example("...\n---\n")
@example("x" * 5000 + ": y # z")
@pytest.mark.parametrize("text", ["services:\n  a:\n    b: 1\n", "services: {a: {b: 1}}\n"])
def test_any_reason_comes_back_or_is_refused(text: str, reason: str) -> None:
    refused: GenError | None
    try:
        after = editing.insert(text.encode(), ("services", "a"), "pin", {"reason": reason})
    except GenError as error:
        refused = error
        after = b""
    else:
        refused = None
    assert (refused is not None) == bool(decoding.UNSAFE.search(reason)), refused
    if refused is not None:
        return
    expected = {"services": {"a": {"pin": {"reason": reason}, "b": 1}}}
    assert loaded(after) == (expected, expected)
    assert len(after.decode().splitlines()) == len(text.splitlines()) + (2 if "{" not in text else 0)


BLOCK = [
    *(
        "\n    b: 2",
        "\n    pin: 1",
        "\n    'pin':\n      b: 1",
        "\n    x: |+\n      y",
        "\n    ? z",
        "\n    : 1",
    ),
    *(" # c", "\n # d", "\n         # e", "\n", "\r\n", "\n    <<: *x", "\n    n: &n {o: 1}", "\n    m: *n"),
    *(
        "\n  other: *a",
        "\n    e: |\n       pin: 1",
        "\n    pin: *x",
        "\n    ? pin\n    : 1",
        "\n    pin: &p\n     - *p",
    ),
]
FLOW = [
    *(", b: 2", ", pin: 1", ",\n    pin: {a: 1,\n b: 2}", ", ? d : 1", ",\n? pin : 1", ", c", "\n   ", ",  "),
    *(" # } ,\n", "\n# e\n", "\r\n", ", <<: *x", ", n: &n {o: 1}", ", m: *n", ", pin", " ,\n  'pin' : '}'"),
]
TEXTS = st.builds(
    "{}{}".format,
    st.sampled_from(["\n    a: 1", " &a\n    a: 1", " # b\n\n    pin: 1", "\n    ? a\n    : 1", ""]),
    st.lists(st.sampled_from(BLOCK), max_size=6).map("".join),
) | st.builds(
    " {{{}{}{}}}".format,
    st.sampled_from(["a: 1", "\n    pin: 1", " 'pin' : 1", "? a : 1", ""]),
    st.lists(st.sampled_from(FLOW), max_size=6).map("".join),
    st.sampled_from(["", ",", "\n", " # c\n", ", # c\n"]),
)


@CALM
@given(TEXTS)
def test_any_text_is_edited_without_a_trace_or_refused(text: str) -> None:
    data = f"x: &x {{y0: 1}}\nservices:\n  auth:{text}".encode()
    acts: list[Callable[[], bytes]] = [
        lambda: editing.insert(data, ("services", "auth"), "pin", {"version": 1}),
        lambda: editing.replace(data, ("services", "auth"), "pin", {"version": 1}),
        lambda: editing.remove(data, ("services", "auth"), "pin"),
    ]
    for act in acts:
        with suppress(GenError):
            after, foreign = loaded(act())
            assert after == foreign
            assert without_pin(after, "auth") == without_pin(loaded(data)[0], "auth")
            assert after["services"]["auth"].get("pin") in ({"version": 1}, None)
