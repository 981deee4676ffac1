"""services.yaml files in the many ways in which people lay one out, for hypothesis.

The settings mean nothing; what matters is where comments, blank lines, anchors, merges, braces and texts of
many lines stand, and that much looks like a pin and is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Draw = Callable[..., Any]

WORD = st.sampled_from(["a", "namespace", "job", "x-y", "größe", "日本", "emoji😀", "pinned", "ping"])
NAME = st.sampled_from(["auth", "auth-service", "billing", "pin", "services", "é", "z9"])
COMMENT = st.sampled_from(
    ["#", "# pin:", "#   - x: {", "# 'it's", '# "', "# é😀 &a *b", "# }, ]", "#!x", "# services:"]
)
PLAIN = st.sampled_from(
    [
        "1",
        "text",
        "a b  c",
        "-1.5",
        "null",
        "~",
        "true",
        "2026-01-17",
        "it's",
        "a#b",
        "http://x:80/y",
        "日本 😀",
    ]
)
QUOTED = st.sampled_from(["''", '""', "'it''s # no: {comment}'", '"a\\"b\\\\ # \\u00e9 {, }"', "'pin: 1'"])


@dataclass(frozen=True)
class File:
    """A services.yaml, and the services in it that are nobody's model and no copy."""

    data: bytes
    free: tuple[str, ...]
    bound: tuple[str, ...]


@st.composite
def files(draw: Draw, pinned: bool = False) -> File:
    """`pinned`: each free service has a pin somewhere, as a person may write one."""
    write = Writer(draw, pinned)
    text = write.one_of("", "", "---\n", "# head\n%YAML 1.2\n---\n", "\n \n")
    text += f"{write.filler()}version: 1\nbase: &base\n  zone: eu\n  list: &list [a, b]\n{write.filler()}"
    text += write.one_of(
        "services:\n", "'services' :\n", '"services": # all of them\n', "services: &all !!map\n"
    )
    outer = " " * write.step
    free: list[str] = []
    bound: list[str] = []
    for name in draw(st.lists(NAME, min_size=1, max_size=3, unique=True)):
        text += write.filler() + outer + write.one_of(name, f"'{name}'", f'"{name}" ') + ":"
        how = write.one_of("block", "block", "flow", "lines", *(("alias", "model") if free else ()))
        if how == "alias":
            text += " *base\n"
        elif how == "model":
            model = f"m{len(bound)}"
            text += f" &{model}\n{write.entries(outer, False)}{outer}copy-{model}:\n{outer} <<: *{model}\n"
        else:
            text += {"flow": write.flow, "lines": write.lines, "block": write.block}[how](outer)
        (bound if how in {"alias", "model"} else free).append(name)
    text += write.filler()
    if draw(st.booleans()):
        text = text.rstrip("\n ")
    text = text.replace("\n", write.one_of("\n", "\n", "\n", "\r\n", "\r"))
    return File(draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"])) + text.encode(), tuple(free), tuple(bound))


class Writer:
    """Draws the parts of a file; `step` is its indentation."""

    def __init__(self, draw: Draw, pinned: bool) -> None:
        self.draw = draw
        self.pinned = pinned
        self.blocks = 0
        self.step: int = draw(st.sampled_from([2, 2, 4, 1, 3, 7]))

    def one_of(self, *texts: str) -> str:
        return str(self.draw(st.sampled_from(texts)))

    def filler(self) -> str:
        lines = st.lists(st.tuples(st.integers(0, 9), COMMENT | st.just("")), max_size=2)
        return "".join(" " * indent + text + "\n" for indent, text in self.draw(lines))

    def tail(self) -> str:
        return self.one_of("", "", " ", "  # tail: {", " #") + "\n"

    def column(self, outer: str) -> str:
        return outer + " " * int(self.draw(st.sampled_from([self.step, self.step, 2, 5])))

    def with_pin(self, entries: list[str], pin: str) -> list[str]:
        if self.pinned:
            entries.insert(self.draw(st.integers(0, len(entries))), pin)
        return entries

    def block(self, outer: str) -> str:
        inner = outer + " "
        self.blocks += 1
        head = self.one_of(
            "",
            " ",
            " # about",
            " !!map  # {",
            f"\n\n{inner}# x: y\n{inner}!!map # a:\n{inner} &free{self.blocks}",
        )
        return f"{head}\n{self.entries(outer, self.pinned)}"

    def entries(self, outer: str, pin: bool) -> str:
        inner = self.column(outer)
        keys = self.draw(st.lists(WORD, min_size=1, max_size=4, unique=True))
        entries = [self.entry(inner, key) for key in keys]
        merge = self.one_of("", "", "<<: {zone: us}", "<<: *base", "'<<': 1")
        if merge:
            entries.insert(self.draw(st.integers(0, len(entries))), f"{inner}{merge}{self.tail()}")
        if pin:
            entries = self.with_pin(entries, self.block_pin(inner))
        return "".join(self.filler() + each for each in entries)

    def block_pin(self, inner: str) -> str:
        deep = inner + "   "
        key = self.one_of("pin:", "pin :", "'pin':", '"pin" :')
        return f"{inner}{key}" + self.one_of(
            f"\n{inner} version: 1\n{inner} reason: 'x # y'\n",
            f" # why\n\n{deep}# in it\n{deep}version: 1 # x\n{deep}reason: >-\n{deep}   a\n\n{deep}   b\n",
            f" {{version: 1, # }}\n{deep}reason: 'x\n{deep}# y'}}  # tail\n",
            f"\n{deep}version: 1\n{deep}<<: *base\n",
            " *list\n",
            " {version: 1}\n",
            f"\n{inner}- a\n{inner}- b: 1\n",
            f" |2\n{deep}# text\n",
            " # nothing\n",
            f" a\n{deep}b\n",
        )

    def entry(self, inner: str, key: str) -> str:
        deep = inner + " " * int(self.draw(st.integers(1, 4)))
        scalar = self.draw(PLAIN | QUOTED)
        return f"{inner}{key}:" + self.one_of(
            f" {scalar}{self.tail()}",
            f"\n{self.filler()}{deep}deep: {scalar}{self.tail()}{deep}pin: 1\n",
            f"\n{deep}- {scalar}\n{deep}- pin: 1\n{deep}  b: 2\n",
            f" |{self.one_of('', '-', '+')}\n{deep}pin: 1\n\n{deep}# no comment\n",
            f" {{pin: 1, b: [c, {{d: e}}]}}{self.tail()}",
            f' "x\n{deep}pin: 1"{self.tail()}',
        )

    def inside(self, pin: str) -> list[str]:
        keys = self.draw(st.lists(WORD, min_size=1, max_size=4, unique=True))
        return self.with_pin([f"{key}: {self.draw(QUOTED | st.just('{pin: 1}'))}" for key in keys], pin)

    def flow(self, outer: str) -> str:
        between, space = self.one_of(", ", " ,", " , "), self.one_of("", " ", "  ")
        inside = between.join(self.inside("'pin' : {version: 1, reason: 'a, }'}"))
        return f" {{{space}{inside}{self.one_of('', ',', ' ')}}}{self.tail()}"

    def lines(self, outer: str) -> str:
        inner = self.column(outer)
        pin = f"pin: {{version: 1,  # }}\n\n{inner}reason: 'a, }}'}}"
        inside = [self.filler() + inner + each for each in self.inside(pin)]
        comma = self.one_of(",\n", ", # c\n", f" # c, }}\n{inner},\n")
        return (
            f" {{{self.tail()}{comma.join(inside)}{self.one_of('', ',', chr(10), f',{chr(10)}')}{outer}}}\n"
        )
