"""The rules' pages: docs/rules/<rule>.md, which `gen explain` shows."""

from __future__ import annotations

from generator import packaged


def names() -> tuple[str, ...]:
    """Every rule's id, sorted."""
    return tuple(sorted(each.stem for each in packaged.directory("docs/rules").glob("*.md")))


def text(rule: str) -> str:
    return (packaged.directory("docs/rules") / f"{rule}.md").read_text(encoding="utf-8")


def summary(rule: str) -> str:
    """The page's first sentence."""
    paragraphs = text(rule).split("\n\n")
    return " ".join(paragraphs[1].split())
