"""From the C parser's events to plain values and the tree of their places.

Events rather than ruamel's composed nodes: no recursion in C or in Python whatever the nesting, twice
the speed (no call into Python's resolver per scalar), and aliases, tags and duplicate keys are still
to be seen. https://sourceforge.net/p/ruamel-yaml/code/ has the composer that this replaces.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from generator.diagnostics import Diagnostic, Position
from generator.source import decoding, scalars
from generator.source.document import Branch, Event, Node, Span, Text, begin_of, end_of, span_of

MAX_DEPTH = 50
MAX_VALUES = 500_000
MAX_PROBLEMS = 1_000

_CORE = "tag:yaml.org,2002:"
_SCALAR_TYPES: dict[str, tuple[type, ...]] = {
    "null": (type(None),),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
}
_DROPPED: Final = object()
_MERGE: Final = object()
_NO_KEY: Final = object()


class Stop(Exception):
    """Reading on would be dangerous or pointless."""


class _Frame:
    """An open mapping or list. `key` is the text of the key whose value comes next."""

    __slots__ = ("branch", "key", "key_span", "mapping", "merges")

    def __init__(self, branch: Branch, mapping: bool) -> None:
        self.branch = branch
        self.mapping = mapping
        self.key: Any = _NO_KEY
        self.key_span: Span = 0
        self.merges: list[tuple[Span, Node]] = []


class Builder:
    """Takes the events of one file, one after the other. `root` is None while there is no value."""

    def __init__(self, places: Text) -> None:
        self.found: list[Diagnostic] = []
        self.root: Node | None = None
        self.value: Any = None
        self._places = places
        self._frames: list[_Frame] = []
        self._anchors: dict[str, tuple[Node, Any, int, int]] = {}
        self._plain: dict[str, tuple[scalars.Plain, scalars.Ambiguity | None]] = {}
        self._documents = 0
        self._count = 0

    def handlers(self) -> dict[str, Callable[[Any], None]]:
        """What to call for an event, by the name of its class."""
        return {
            "ScalarEvent": self._scalar,
            "AliasEvent": self._alias,
            "MappingStartEvent": lambda event: self._open(event, Branch(span_of(event), {}), True),
            "SequenceStartEvent": lambda event: self._open(event, Branch(span_of(event), []), False),
            "MappingEndEvent": self._close,
            "SequenceEndEvent": self._close,
            "DocumentStartEvent": self._document,
        }

    def report(self, rule: str, message: str, help: str, position: Position) -> None:
        self._report(Diagnostic(rule, message, help, position))

    def _report(self, diagnostic: Diagnostic) -> None:
        self.found.append(diagnostic)
        if len(self.found) >= MAX_PROBLEMS:
            self.found.append(
                Diagnostic(
                    "yaml-problems",
                    f"the file has more than {MAX_PROBLEMS} problems, the rest was not read",
                    "mend these first",
                    diagnostic.position,
                )
            )
            raise Stop

    def _stop(self, rule: str, message: str, help: str, position: Position) -> None:
        self.report(rule, message, help, position)
        raise Stop

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop(
                "yaml-documents",
                "a second document begins here",
                "keep one document: delete the `---` and what does not belong to it",
                self._places.between(event.start_mark.index, event.end_mark.index),
            )

    def _scalar(self, event: Any) -> None:
        span = event.start_mark.index << 32 | event.end_mark.index
        self._count += 1
        if self._count > MAX_VALUES:
            self._too_many(span)
        frame = self._frames[-1] if self._frames else None
        is_key = frame is not None and frame.mapping and frame.key is _NO_KEY
        text = value = event.value
        plain, quoted = event.implicit
        # libyaml passes a lone `!` on as if nothing were there, even before a quoted scalar.
        if plain and (event.style or end_of(span) - begin_of(span) != len(text)):
            plain = self._without_lone_tag(span, bool(event.style))
        if plain:
            known = self._plain.get(text)
            if known is None:
                known = self._plain[text] = (scalars.resolve(text), scalars.ambiguity(text))
            value = _MERGE if is_key and text == "<<" else known[0]
            if known[1] is not None:
                self._ambiguous(text, known[1], span)
        elif not quoted and event.tag is not None:
            value = self._tagged(text, str(event.tag), span)
        if event.style == '"' and not text.isprintable():
            self._check_characters(text, span)
        if event.anchor is not None:
            self._anchors[event.anchor] = (span, text if value is _MERGE else value, 1, 0)
        if frame is not None and is_key:
            self._key(frame, span, value, text)
        else:
            self._add(span, value, 1, 0)

    def _without_lone_tag(self, span: Span, quoted: bool) -> bool:
        properties = self._places.text[begin_of(span) : self._places.begin(span)].split()
        if "!" in properties:
            self._bad_tag("!", span)
        return not quoted and "!" not in properties

    def _ambiguous(self, text: str, ambiguity: scalars.Ambiguity, span: Span) -> None:
        message, help = f"`{_short(text)}` {ambiguity.because}", f"write {ambiguity.instead}"
        self.report("yaml-ambiguous", message, help, self._places.of(span))

    def _check_characters(self, text: str, span: Span) -> None:
        unsafe = decoding.UNSAFE.search(text)
        if unsafe is not None or "\r" in text:
            character = unsafe.group() if unsafe is not None else "\r"
            self._report(decoding.unsafe(character, self._places.of(span), escaped=True))

    def _tagged(self, text: str, tag: str, span: Span) -> Any:
        if tag == _CORE + "str":
            return text
        value = scalars.resolve(text)
        types = _SCALAR_TYPES.get(tag.removeprefix(_CORE), ()) if tag.startswith(_CORE) else ()
        if type(value) not in types:
            self._bad_tag(tag, span)
        return value

    def _bad_tag(self, tag: str, span: Span) -> None:
        shown = "!!" + tag.removeprefix(_CORE) if tag.startswith(_CORE) else tag
        self.report(
            "yaml-tag",
            f"the tag `{_short(shown)}` is not allowed here",
            "delete the tag and write the plain value",
            self._places.tag(span),
        )

    def _alias(self, event: Any) -> None:
        name, span = _short(event.anchor), span_of(event)
        known = self._anchors.get(event.anchor)
        if known is None:
            self.report(
                "yaml-syntax",
                f"the alias `*{name}` has no anchor `&{name}` above it",
                "define the anchor first, or put the value in quotes if it begins with `*`",
                self._places.of(span),
            )
            known = (span, None, 1, 0)
        node, value, size, height = known
        if isinstance(node, Branch):
            if node.end is None:
                self._stop(
                    "yaml-alias-bomb",
                    f"the alias `*{name}` stands inside its own anchor",
                    "write the value out: a value cannot contain itself",
                    self._places.of(span),
                )
            size, height = node.size, node.height
        self._count += size
        if self._count > MAX_VALUES:
            self._stop(
                "yaml-alias-bomb",
                f"the alias `*{name}` expands the file to more than {MAX_VALUES:,} values",
                "write the values out where they are needed",
                self._places.of(span),
            )
        if len(self._frames) + height > MAX_DEPTH:
            self._too_deep(span)
        self._place(node, span, value, str(value) if isinstance(value, str) else "", size, height)

    def _open(self, event: Any, branch: Branch, mapping: bool) -> None:
        if not event.implicit and str(event.tag) != _CORE + ("map" if mapping else "seq"):
            self._bad_tag(str(event.tag), branch.begin)
        if len(self._frames) >= MAX_DEPTH:
            self._too_deep(branch.begin)
        self._count += 1
        if self._count > MAX_VALUES:
            self._too_many(branch.begin)
        if event.anchor is not None:
            self._anchors[event.anchor] = (branch, branch.value, 1, 1)
        self._frames.append(_Frame(branch, mapping))

    def _close(self, event: Event) -> None:
        frame = self._frames.pop()
        branch = frame.branch
        branch.end = span_of(event)
        for key, node in frame.merges:
            self._merge(branch, key, node)
        self._place(branch, branch.begin, branch.value, "", branch.size, branch.height)

    def _place(self, node: Node, span: Span, value: Any, text: str, size: int, height: int) -> None:
        """Put an alias or a whole collection where it belongs: it may stand in a key's place."""
        frame = self._frames[-1] if self._frames else None
        if frame is not None and frame.mapping and frame.key is _NO_KEY:
            frame.branch.size += size
            frame.branch.height = max(frame.branch.height, height + 1)
            self._key(frame, span, value, text)
        else:
            self._add(node, value, size, height)

    def _merge(self, branch: Branch, key_span: Span, node: Node) -> None:
        sources = [node]
        if isinstance(node, Branch) and isinstance(node.value, list):
            sources = list(node.children.values())
        for source in sources:
            if not isinstance(source, Branch) or not isinstance(source.value, dict):
                self.report(
                    "yaml-merge",
                    "`<<` merges something that is not a mapping",
                    "write `<<: *name`, where &name stands before a mapping, or a list of such aliases",
                    self._places.of(key_span),
                )
                return
            for key, child in source.children.items():
                if key not in branch.children:
                    branch.children[key] = child
                    branch.keys[key] = source.keys[key]
                    branch.value[key] = source.value[key]

    def _key(self, frame: _Frame, span: Span, value: Any, text: str) -> None:
        frame.key_span = span
        if value is _MERGE:
            frame.key = _DROPPED if frame.merges else _MERGE
            if frame.merges:
                self._duplicate(span, "<<", frame.merges[0][0])
            return
        if not isinstance(value, str):
            position = self._places.of(span)
            if not self.found or self.found[-1].position != position:
                self.report("yaml-key", *_bad_key(value, text), position)
        if isinstance(value, dict | list):
            frame.key = _DROPPED
        elif text in frame.branch.keys:
            frame.key = _DROPPED
            self._duplicate(span, text, frame.branch.keys[text])
        else:
            frame.key = text

    def _duplicate(self, span: Span, key: str, first: Span) -> None:
        self.report(
            "yaml-duplicate-key",
            f"the key `{_short(key)}` is already in line {self._places.of(first).line}",
            "keep one of the two: which one wins differs from tool to tool",
            self._places.of(span),
        )

    def _add(self, node: Node, value: Any, size: int, height: int) -> None:
        if not self._frames:
            self.root, self.value = node, value
            return
        frame = self._frames[-1]
        branch = frame.branch
        branch.size += size
        if height >= branch.height:
            branch.height = height + 1
        if not frame.mapping:
            branch.children[len(branch.children)] = node
            branch.value.append(value)
            return
        key, frame.key = frame.key, _NO_KEY
        if key is _MERGE:
            frame.merges.append((frame.key_span, node))
        elif key is not _DROPPED:
            branch.keys[key] = frame.key_span
            branch.children[key] = node
            branch.value[key] = value

    def _too_many(self, span: Span) -> None:
        message, help = f"the file holds more than {MAX_VALUES:,} values", "split the file"
        self._stop("yaml-size", message, help, self._first(span))

    def _too_deep(self, span: Span) -> None:
        self._stop(
            "yaml-depth",
            f"the nesting is deeper than {MAX_DEPTH} levels",
            "services.yaml needs fewer than ten: look for brackets or dashes that were repeated by mistake",
            self._first(span),
        )

    def _first(self, span: Span) -> Position:
        return self._places.between(begin_of(span), begin_of(span) + 1)


def _bad_key(value: Any, text: str) -> tuple[str, str]:
    if isinstance(value, dict | list):
        kind = "mapping" if isinstance(value, dict) else "list"
        return f"a {kind} cannot be a key", "write a plain text before the colon"
    if value is None and not text:
        return "the key is empty", "write a name before the colon"
    return f"the key `{_short(text)}` is not text", f'put it in quotes: "{_short(text)}"'


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
