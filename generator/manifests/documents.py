"""Manifest files cut into documents the way Kubernetes' own tools cut them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from generator.manifests import nodes
from generator.manifests.nodes import DocumentError, Node, Span

# kubeconform and kubectl cut a stream at these lines before any YAML parser sees it
# (k8s.io/apimachinery, pkg/util/yaml: splitYAMLDocument), and drop the rest of the line.
_SEPARATOR = re.compile(r"\n---[^\n]*(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document of a file. An item of a `List` is a document too, as kubeconform sees it."""

    root: Node

    @property
    def api_version(self) -> str:
        return self._text("apiVersion")

    @property
    def kind(self) -> str:
        return self._text("kind")

    @property
    def name(self) -> str:
        metadata = self.root.value.get("metadata")
        name = metadata.get("name") if isinstance(metadata, dict) else None
        return name if isinstance(name, str) else ""

    def _text(self, key: str) -> str:
        value = self.root.value.get(key)
        return value if isinstance(value, str) else ""

    def find(self, pointer: Sequence[str | int], key: str | None = None) -> Span:
        """Where the value under `pointer` is, or its key where the value is longer than a line.

        With `key`, where that key of it is. What isn't there is found at its nearest parent.
        """
        node, place = self.root, Span(self.root.span.line, self.root.span.column, *self.root.span[:2])
        if self.root.children:
            place = next(iter(self.root.children.values()))[0]
        for step in pointer:
            child = node.children.get(step)
            if child is None:
                return place
            key_span, node = child
            short = not node.children and node.span.line == node.span.end_line
            place = node.span if short and node.span.column != node.span.end_column else key_span
        if key is not None and key in node.children:
            return node.children[key][0]
        return place


def read(data: bytes) -> tuple[list[Document], list[DocumentError]]:
    """All documents of a file, and what could not be read. Documents without content are left out."""
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return [], [DocumentError(f"byte {error.start} is not UTF-8", Span(line, 1, line, 1))]
    documents: list[Document] = []
    errors: list[DocumentError] = []
    for chunk, line in _chunks(text):
        try:
            documents.extend(_documents(chunk, line))
        except DocumentError as error:
            errors.append(error)
    return documents, errors


def _chunks(text: str) -> Iterator[tuple[str, int]]:
    start, line = 0, 0
    for separator in _SEPARATOR.finditer(text):
        yield text[start : separator.start()], line
        line += text.count("\n", start, separator.end())
        start = separator.end()
    yield text[start:], line


def _documents(chunk: str, line: int) -> Iterator[Document]:
    try:
        root = nodes.Composer(line).compose(YAML(typ="safe", pure=False).parse(chunk))
    except MarkedYAMLError as error:
        mark = error.problem_mark
        span = Span(1, 1, 1, 1) if mark is None else _point(mark, line)
        raise DocumentError(error.problem or "the text is not YAML", span) from error
    except YAMLError as error:
        raise DocumentError(str(error).partition("\n")[0], Span(line + 1, 1, line + 1, 1)) from error
    if root is None or root.value is None:
        return
    if not isinstance(root.value, dict):
        raise DocumentError(f"a document is not an object but {nodes.described(root.value)}", root.span)
    document = Document(root)
    if document.kind.lower() != "list":
        yield document
        return
    items = root.children.get("items")
    for _, item in items[1].children.values() if items else ():
        if not isinstance(item.value, dict):
            raise DocumentError(f"a List item is not an object but {nodes.described(item.value)}", item.span)
        yield Document(item)


def _point(mark: Any, line: int) -> Span:
    return Span(mark.line + line + 1, mark.column + 1, mark.line + line + 1, mark.column + 1)
