"""What an edit of services.yaml looks like in every way in which the file can be written, and when it is refused."""

from __future__ import annotations

from datetime import date

import pytest

from generator import source
from generator.diagnostics import GenError
from generator.source import editing

AUTH = ("services", "auth")
PIN: dict[str, editing.Value] = {
    "version": 5,
    "from": 7,
    "reason": 'it "hangs": a\\b # x\n😀\u00a0\u200b',
    "expires": date(2026, 12, 1),
    "acceptDataLoss": [6, 7],
}
SMALL: dict[str, editing.Value] = {"version": 5, "from": 7}


def insert(text: str, value: dict[str, editing.Value] = SMALL) -> str:
    """With the pin; taking it away has to give the old bytes."""
    data = text.encode()
    after = editing.insert(data, AUTH, "pin", value)
    assert editing.remove(after, AUTH, "pin") == data
    return after.decode()


def test_a_pin_is_written_as_a_person_would() -> None:
    written = insert("services:\n  auth:\n    # about the namespace\n    namespace: a  # x\n\n  b: {}\n", PIN)
    assert written == (
        "services:\n"
        "  auth:\n"
        "    pin:\n"
        "      version: 5\n"
        "      from: 7\n"
        '      reason: "it \\"hangs\\": a\\\\b # x\\n😀\\u00a0\\u200b"\n'
        "      expires: 2026-12-01\n"
        "      acceptDataLoss: [6, 7]\n"
        "    # about the namespace\n"
        "    namespace: a  # x\n"
        "\n"
        "  b: {}\n"
    )
    document, found = source.parse(written.encode(), "services.yaml")
    assert found == []
    assert document is not None
    assert document.value["services"]["auth"] == {
        "pin": {**PIN, "expires": "2026-12-01"},
        "namespace": "a",
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "services:\n    auth:\n       a: 1\n",
            "services:\n    auth:\n       pin:\n           version: 5\n           from: 7\n       a: 1\n",
        ),
        (
            "services:\n auth:\n  a: 1",
            "services:\n auth:\n  pin:\n   version: 5\n   from: 7\n  a: 1",
        ),
        (
            "services:\r\n  'auth': &a !!map  # me\r\n\r\n    <<: {b: 1}\r\n    a: 1\r\n",
            "services:\r\n  'auth': &a !!map  # me\r\n    pin:\r\n      version: 5\r\n      from: 7\r\n"
            "\r\n    <<: {b: 1}\r\n    a: 1\r\n",
        ),
        (
            "\ufeffservices:\r  auth:\r    a: 1\r",
            "\ufeffservices:\r  auth:\r    pin:\r      version: 5\r      from: 7\r    a: 1\r",
        ),
        (  # only the line above counts in a file of both
            "services:\r\n  auth:\n    a: 1\r\n",
            "services:\r\n  auth:\n    pin:\n      version: 5\n      from: 7\n    a: 1\r\n",
        ),
        (
            "services:\n  auth:\n    # &x and: this\n    &a # here\n    # there\n    !!map\n   # below\n    a: 1\n",
            "services:\n  auth:\n    # &x and: this\n    &a # here\n    # there\n    !!map\n"
            "    pin:\n      version: 5\n      from: 7\n   # below\n    a: 1\n",
        ),
        (
            "services:\n  ? auth\n  # colon\n  :\n    a: 1\n",
            "services:\n  ? auth\n  # colon\n  :\n    pin:\n      version: 5\n      from: 7\n    a: 1\n",
        ),
        (
            "services:\n  auth: {a: 1}\n",
            "services:\n  auth: {pin: {version: 5, from: 7}, a: 1}\n",
        ),
        (
            "services: {auth: &a {  a: 1 }}",
            "services: {auth: &a {  pin: {version: 5, from: 7}, a: 1 }}",
        ),
        (
            "services:\n  auth: {  # why\n\n    # what\n    a: 1,\n  }\n",
            "services:\n  auth: {  # why\n    pin: {version: 5, from: 7},\n\n    # what\n    a: 1,\n  }\n",
        ),
        (
            '{"services":\n {"auth":\r\n{\r\n"a": 1}}}\n',
            '{"services":\n {"auth":\r\n{\r\npin: {version: 5, from: 7},\r\n"a": 1}}}\n',
        ),
        (
            "x:\n  services: {auth: {a: 1}}\nservices:\n  other: {auth: 1}\n  auth:\n    auth: 1\n",
            "x:\n  services: {auth: {a: 1}}\nservices:\n  other: {auth: 1}\n  auth:\n"
            "    pin:\n      version: 5\n      from: 7\n    auth: 1\n",
        ),
        (
            "x: &x {b: 1}\nservices:\n  auth:\n    <<: *x\n",
            "x: &x {b: 1}\nservices:\n  auth:\n    pin:\n      version: 5\n      from: 7\n    <<: *x\n",
        ),
        (
            "%YAML 1.2\n---\nservices:\n  auth:\n    a: |+\n      pin:\n\n\n...\n",
            "%YAML 1.2\n---\nservices:\n  auth:\n    pin:\n      version: 5\n      from: 7\n"
            "    a: |+\n      pin:\n\n\n...\n",
        ),
    ],
)
def test_every_other_byte_stays(before: str, after: str) -> None:
    assert insert(before) == after


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("services:\n  b: &b\n    a: 1\n  auth: *b\n", "is an alias"),
        ("x: &x\n  auth: {a: 1}\nservices:\n  <<: *x\n", "comes from a merge"),
        ("services: &s\n  auth: {a: 1}\nx: *s\n", "`x.auth.pin` would change too"),
        ("services:\n  auth: &a\n    a: 1\n  b: *a\n", "`services.b.pin` would change too"),
        ("services:\n  auth: &a {a: 1}\n  b:\n    <<: *a\n    c: 1\n", "`services.b.pin` would change too"),
        ("services:\n  auth:\n", "no mapping"),
        ("services:\n  auth: 1\n", "no mapping"),
        ("services:\n  auth: [a]\n", "is a list"),
        ("services:\n  auth: {}\n", "is empty"),
        ("services:\n  auth:\n    ? a\n    : 1\n", r"\? key"),
        ("services:\n  auth: {? a : 1}\n", r"\? key"),
        ("services:\n  ? auth\n  : a: 1\n", r"\? key"),
        ("services:\n  auth:\n    a: 1\n    pin: {version: 1}\n", "`services.auth.pin` is there already"),
        ("x: &x {pin: 1}\nservices:\n  auth:\n    <<: *x\n", "is there already"),
        ("services:\n  auth:\n    a: 1\n  auth:\n    a: 1\n", "line 4 of services.yaml is wrong"),
        ("services:\n  auth:\n\ta: 1\n", "a tab is used"),
        ("services:\n  auth: {\n", "services.yaml is wrong"),
        ("services:\n  auth:\n    a: 1  # \u2028\n", r"U\+2028"),
        ("", "empty"),
    ],
)
def test_what_cannot_be_done_safely_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(GenError, match=reason) as caught:
        editing.insert(text.encode(), AUTH, "pin", SMALL)
    assert caught.value.help


def test_help_says_what_to_write_by_hand() -> None:
    with pytest.raises(GenError, match="is empty") as caught:
        editing.insert(b"services:\n  auth: {}\n", AUTH, "pin", SMALL)
    assert caught.value.help == (
        "write it by hand, as the first entry of `services.auth`:\npin:\n  version: 5\n  from: 7"
    )


def test_an_encoding_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(GenError, match="UTF-16"):
        editing.insert("services:\n  auth:\n    a: 1\n".encode("utf-16"), AUTH, "pin", SMALL)
    with pytest.raises(GenError, match="not UTF-8"):
        editing.insert(b"services:\n  auth:\n    a: \xe9\n", AUTH, "pin", SMALL)


@pytest.mark.parametrize("character", ["\0", "\x1b", "\r", "\x85", "\u2028", "\u202e", "\ufeff", "\ud800"])
def test_a_text_that_no_reader_may_see_is_refused(character: str) -> None:
    with pytest.raises(GenError, match=f"`reason` holds the character U\\+{ord(character):04X}"):
        editing.insert(b"services:\n  auth:\n    a: 1\n", AUTH, "pin", {"reason": f"x{character}y"})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # where it stands
        ("\n    a: 1\n    pin:\n      b: 1\n    c: 1\n", "\n    a: 1\n    c: 1\n"),
        ("\n    a: 1\n    pin: {b: 1}\n", "\n    a: 1\n"),
        ("\n    a: 1\n    pin:\n      b: 1", "\n    a: 1\n"),
        ("\n    a: 1\n    pin:\n      b: 1\n  b: {}\n", "\n    a: 1\n  b: {}\n"),
        ("\n    a: 1\r\n    pin: 1\r\n    c: 1\r\n", "\n    a: 1\r\n    c: 1\r\n"),
        # comments and blank lines
        (
            "\n    # above\n    'pin':  # on it\n\n      # in it\n      b: 1  # on it\n\n      # below\n    c: 1\n",
            "\n    # above\n\n      # below\n    c: 1\n",
        ),
        # values over many lines
        ("\n    pin: {b: 1,  # }\n c: [\n1]}  # x\n    c: 1\n", "\n    c: 1\n"),
        ('\n    pin: "x\n\n  y"\n    c: 1\n', "\n    c: 1\n"),
        ("\n    pin: x\n\n     y\n\n    c: 1\n", "\n\n    c: 1\n"),
        ("\n    pin: |-\n     # y\n       c: 1\n    c: 1\n", "\n    c: 1\n"),
        ("\n    pin:\n    - 1\n    -\n    c: 1\n", "\n    c: 1\n"),
        ("\n    pin:\n    c: 1\n", "\n    c: 1\n"),
        ("\n    !!str &p pin: &q\n      b: 1\n    c: 1\n", "\n    c: 1\n"),
        ("\n    a: &a {b: 1}\n    pin: *a\n    c: 1\n", "\n    a: &a {b: 1}\n    c: 1\n"),
        (
            "\n    a: &a {b: 1}\n    pin:\n      b: 1\n      <<: *a\n    c: 1\n",
            "\n    a: &a {b: 1}\n    c: 1\n",
        ),
        # behind a text of many lines, what is below would become a part of it
        (
            "\n    a: |\n     x\n    pin: 1\n     # y\n    # z\n    c: 1\n",
            "\n    a: |\n     x\n    # z\n    c: 1\n",
        ),
        ("\n    a: |+\n     x\n\n    pin: 1\n\n\n    c: 1\n", "\n    a: |+\n     x\n\n    c: 1\n"),
        ("\n    a: |+\n     x\n    pin: 1\n\n     # y", "\n    a: |+\n     x\n"),
        # in braces
        (" {a: 1, pin: {b: 1}, c: 1}\n", " {a: 1, c: 1}\n"),
        (" {a: 1, pin: {b: 1}}\n", " {a: 1}\n"),
        (" {a: 1 , pin: {b: 1} }\n", " {a: 1 }\n"),
        (" {a: 1, pin: {b: 1},}\n", " {a: 1, }\n"),
        (" {pin, a: 1}\n", " {a: 1}\n"),
        (
            " {\n    a: 1,\n    pin: 1,  # x\n    # y\n    c: 1\n  }\n",
            " {\n    a: 1,\n    # y\n    c: 1\n  }\n",
        ),
        (" {\n    a: 1,  # y\n    pin: 1  # x\n  }\n", " {\n    a: 1,  # y\n  }\n"),
        (" {\n    a: 1\n    , pin: 1 # x\n    , c: 1}\n", " {\n    a: 1\n    , c: 1}\n"),
        (" {\n    a: 1,\n    pin: 1, c: 1,\n  }\n", " {\n    a: 1,\n    c: 1,\n  }\n"),
        (" {\n    a: 1, # y\n    pin: 1}\n", " {\n    a: 1, # y\n    }\n"),
    ],
)
def test_an_entry_goes_with_its_own_lines_alone(before: str, after: str) -> None:
    head = "services:\n  auth:"
    assert editing.remove((head + before).encode(), AUTH, "pin").decode() == head + after


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("services:\n  auth:\n    a: 1\n", "it is missing"),
        ("x: &x {pin: 1}\nservices:\n  auth:\n    a: 1\n    <<: *x\n", "it comes from a merge"),
        ("services:\n  auth:\n    pin: 1\n", "nothing would be left"),
        ("services:\n  auth: {pin: 1}\n", "nothing would be left"),
        ("services:\n  auth:\n    ? pin\n    : 1\n    a: 1\n", r"\? key"),
        ("services:\n  auth: {a: 1, ? pin : 1, b: 1}\n", r"\? key"),
        ("services:\n  auth:\n    pin: &p {a: 1}\n    b: *p\n", "without harm: then line 3 of services.yaml"),
        ("services:\n  auth: &a\n    pin: 1\n    b: 1\n  b: *a\n", "`services.b.pin` would change too"),
        ("x: &x {pin: 1}\nservices:\n  auth:\n    pin: 2\n    <<: *x\n", "would change too"),
    ],
)
def test_an_entry_that_cannot_be_taken_away_alone_stays(text: str, reason: str) -> None:
    with pytest.raises(GenError, match=reason) as caught:
        editing.remove(text.encode(), AUTH, "pin")
    assert caught.value.help


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "services:\n  auth:\n    a: 1\n    # above\n    pin:  # on it\n      b: 1\n    # below\n    c: 1\n",
            "services:\n  auth:\n    a: 1\n    # above\n    pin:\n      version: 5\n      from: 7\n"
            "    # below\n    c: 1\n",
        ),
        (
            "services:\r\n  auth:\r\n    pin: {}",
            "services:\r\n  auth:\r\n    pin:\r\n      version: 5\r\n      from: 7",
        ),
        (
            "services:\n  auth: {a: 1, 'pin': {\n  b: 1}  # x\n}\n",
            "services:\n  auth: {a: 1, pin: {version: 5, from: 7}  # x\n}\n",
        ),
    ],
)
def test_a_pin_is_replaced_where_it_stands(before: str, after: str) -> None:
    assert editing.replace(before.encode(), AUTH, "pin", SMALL).decode() == after


def test_replacing_is_refused_where_others_would_change() -> None:
    with pytest.raises(GenError, match=r"`services\.b\.pin\.version` would change too"):
        editing.replace(
            b"services:\n  auth: &a\n    pin: {version: 1}\n  b: *a\n", AUTH, "pin", {"version": 5}
        )
    with pytest.raises(GenError, match="it is missing"):
        editing.replace(b"services:\n  auth: {a: 1}\n", AUTH, "pin", SMALL)


@pytest.mark.parametrize("key", ["on", "null", "a b", "1", "é", "<<"])
def test_a_key_that_means_something_else_is_quoted(key: str) -> None:
    after = editing.insert(b"services:\n  auth:\n    a: 1\n", AUTH, key, {key: 1})
    document, found = source.parse(after, "services.yaml")
    assert found == []
    assert document is not None
    assert document.value["services"]["auth"] == {key: {key: 1}, "a": 1}


def test_the_whole_file_is_no_entry() -> None:
    with pytest.raises(ValueError, match="whole file"):
        editing.insert(b"a: 1\n", (), "pin", SMALL)
