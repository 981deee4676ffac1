"""YAML values as Kubernetes' own tools read them, with the position of every field.

services.yaml is read as YAML 1.2; a manifest is not. kubectl, Argo CD and kubeconform read it through
sigs.k8s.io/yaml (go-yaml 2, YAML 1.1): an unquoted `yes` is a boolean there, and a ConfigMap with such
data is refused. A check that read it in any other way would pass what the cluster rejects. So this
module takes the parser's events and resolves scalars itself, after go-yaml's resolve.go.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

MAX_DEPTH = 200
MAX_ALIASED = 100_000


_TAG = "tag:yaml.org,2002:"
_CONSTANTS: Mapping[str, Any] = MappingProxyType(
    dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True)
    | dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False)
    | dict.fromkeys(("", "~", "null", "Null", "NULL"), None)
)
_INT = re.compile(r"[-+]?(?:0[bB][01]+|0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


class Span(NamedTuple):
    """A stretch of a file: lines and columns from 1, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class DocumentError(Exception):
    """A file that is not YAML as Kubernetes reads it. The message says why, `span` where."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.span = span


@dataclass(frozen=True, slots=True)
class Node:
    """One value: what JSON it is, where it is, and the values in it, each with its key's place."""

    value: Any
    span: Span
    children: Mapping[str | int, tuple[Span, Node]]
    size: int


def kind_of(value: object) -> str:
    """The JSON type of a value, in kubeconform's words."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case dict():
            return "object"
        case _:
            return "array"


def a(kind: str) -> str:
    """A JSON type with its article."""
    articles = {"integer": "an integer", "array": "a list", "object": "an object", "null": "null"}
    return articles.get(kind, f"a {kind}")


def described(value: object) -> str:
    """The JSON type of a value, with its article."""
    return a(kind_of(value))


def scalar(text: str, tag: str | None = None, plain: bool = True) -> Any:
    """What go-yaml 2 makes of a scalar, seen through JSON: 1.0 is 1, a timestamp stays a string."""
    if tag not in (None, _TAG + "null", _TAG + "bool", _TAG + "int", _TAG + "float") or (
        tag is None and not plain
    ):
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    digits = text.replace("_", "")
    if text[0] in "+-0123456789" and _INT.fullmatch(digits):
        return int(_python_base(digits), 0)
    if text[0] in "+-.0123456789" and _FLOAT.fullmatch(digits if text[0] != "." else text):
        number = float(digits)
        return int(number) if number.is_integer() else number if math.isfinite(number) else text
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"{text} can't be written as JSON")
    return text


def _python_base(digits: str) -> str:
    """Go reads 012 as octal; Python wants 0o12."""
    sign, bare = (digits[0], digits[1:]) if digits[0] in "+-" else ("", digits)
    return f"{sign}0o{bare[1:]}" if len(bare) > 1 and bare[0] == "0" and bare[1].isdigit() else digits


@dataclass(slots=True)
class _Open:
    """A mapping or a sequence whose end has not come yet."""

    span: Span
    anchor: str | None
    mapping: bool
    value: Any
    children: dict[str | int, tuple[Span, Node]]
    key: tuple[str, Span] | None = None
    merging: bool = False
    merged: list[Node] = field(default_factory=list)
    size: int = 1

    @property
    def wants_key(self) -> bool:
        return self.mapping and self.key is None and not self.merging

    def put(self, key: str | int, place: Span, node: Node) -> None:
        self.children[key] = (place, node)
        self.size += node.size
        if self.mapping:
            self.value[key] = node.value
        else:
            self.value.append(node.value)


class Composer:
    """Builds one document's nodes from events, without recursion: deep nesting is an error, not a crash."""

    def __init__(self, line: int) -> None:
        self._line = line
        self._stack: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._aliased = 0
        self._root: Node | None = None

    def compose(self, events: Iterable[Event]) -> Node | None:
        documents = 0
        for event in events:
            match event:
                case ScalarEvent():
                    self._scalar(event)
                case MappingStartEvent() | SequenceStartEvent():
                    self._open(event)
                case MappingEndEvent() | SequenceEndEvent():
                    self._close()
                case AliasEvent():
                    self._alias(event)
                case DocumentEndEvent():
                    documents += 1
                    if documents > 1:
                        raise DocumentError("a second document without `---` before it", self._span(event))
        return self._root

    def _span(self, event: Event) -> Span:
        start, end = event.start_mark, event.end_mark
        return Span(start.line + self._line + 1, start.column + 1, end.line + self._line + 1, end.column + 1)

    def _open(self, event: Any) -> None:
        span = self._span(event)
        if len(self._stack) >= MAX_DEPTH:
            raise DocumentError(f"values are nested more than {MAX_DEPTH} levels deep", span)
        if self._stack and self._stack[-1].wants_key:
            raise DocumentError("a key is not a string", span)
        mapping = isinstance(event, MappingStartEvent)
        self._stack.append(_Open(span, event.anchor, mapping, {} if mapping else [], {}))

    def _close(self) -> None:
        done = self._stack.pop()
        for source in done.merged:
            for key, (place, node) in source.children.items():
                if key in done.children:  # go-yaml 2 in strict mode does not let a key override a merged one
                    raise DocumentError(
                        f"the key {key!r} is there twice, once by `<<`", done.children[key][0]
                    )
                done.put(key, place, node)
        self._add(Node(done.value, done.span, done.children, done.size), done.anchor)

    def _scalar(self, event: Any) -> None:
        span, plain = self._span(event), not event.style
        if plain and event.value == "<<" and self._stack and self._stack[-1].wants_key:
            self._stack[-1].merging = True
            return
        try:
            value = scalar(event.value, event.tag, plain)
        except ValueError as error:
            raise DocumentError(str(error), span) from error
        self._add(Node(value, span, {}, 1), event.anchor)

    def _alias(self, event: Any) -> None:
        node = self._anchors.get(event.anchor)
        if node is None:
            raise DocumentError(f"there is no anchor &{event.anchor} before this alias", self._span(event))
        self._aliased += node.size
        if self._aliased > MAX_ALIASED:
            raise DocumentError(f"aliases expand to more than {MAX_ALIASED} values", self._span(event))
        self._add(Node(node.value, self._span(event), node.children, node.size), None)

    def _add(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = node
        if not self._stack:
            self._root = node
            return
        top = self._stack[-1]
        if top.merging:
            top.merging = False
            top.merged.extend(_merged(node))
        elif not top.mapping:
            top.put(len(top.value), node.span, node)
        elif top.key is None:
            key = _key(node)
            if key in top.children:
                raise DocumentError(f"the key {key!r} is there twice", node.span)
            top.key = (key, node.span)
        else:
            key, place = top.key
            top.key = None
            top.put(key, place, node)


def _merged(node: Node) -> list[Node]:
    nodes = [node] if isinstance(node.value, dict) else [each for _, each in node.children.values()]
    if not nodes or not all(isinstance(each.value, dict) for each in nodes):
        raise DocumentError("`<<` merges something that is not an object", node.span)
    return nodes


def _key(node: Node) -> str:
    match node.value:
        case str():
            return node.value
        case bool():
            return "true" if node.value else "false"
        case int() | float():
            return str(node.value)
        case _:
            raise DocumentError(f"a key is not a string but {described(node.value)}", node.span)
