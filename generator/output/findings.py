"""The words for what is wrong in `out/`: one function per rule."""

from __future__ import annotations

from collections.abc import Iterator

from generator import conventions
from generator.diagnostics import Diagnostic, Position, Severity
from generator.output.disk import Kind

_MANIFEST_ENDINGS = (".yaml", ".yml", ".json", ".jsonnet")
_KUSTOMIZE = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_HELM = "Chart.yaml"


def orphans(path: str, names: list[str]) -> Iterator[Diagnostic]:
    """A directory below `out/` that no service claims; none when Argo CD would find nothing in it."""
    if any(name.endswith(_MANIFEST_ENDINGS) and not name.startswith(".") for name in names):
        yield Diagnostic(
            "output-foreign-manifest",
            f"{path} holds manifests, but belongs to no service, and gen can't prove that it wrote them",
            "delete the directory if its service is gone; Argo CD applies it wherever it is still a source",
            Position(path),
            Severity.WARNING,
        )


def in_the_way(path: str, kind: Kind | None) -> Diagnostic:
    if kind is Kind.LINK:
        return Diagnostic(
            "output-link",
            f"{path} is a symbolic link, and gen never writes or deletes through one",
            "remove the link and run `gen build`; to write somewhere else use `gen build -o DIRECTORY`",
            Position(path),
        )
    what = {Kind.FILE: "a file", Kind.DIRECTORY: "a directory"}.get(kind or Kind.OTHER, "a special file")
    return Diagnostic(
        "output-blocked",
        f"{path} is {what}, in the place of what gen has to write",
        "move it somewhere else and run `gen build`",
        Position(path),
    )


def foreign(path: str, name: str) -> Diagnostic:
    lacks = "its first line is not gen's header" if name == conventions.SUMS else "no SHA256SUMS lists it"
    return Diagnostic(
        "output-foreign",
        f"{path} is not gen's ({lacks}), but gen has to write a file of that name",
        "move it somewhere else, or delete it if it is not needed, then run `gen build`",
        Position(path),
    )


def edited(path: str, *, kept: bool) -> Diagnostic:
    fate = "is no longer wanted, so it is kept" if kept else "is overwritten"
    advice = (
        "delete it when you have what you need from it"
        if kept
        else "make the change in services.yaml instead; `gen build --diff` shows what gets lost"
    )
    return Diagnostic(
        "output-edited",
        f"{path} was changed by hand since gen wrote it, and {fate}",
        advice,
        Position(path),
        Severity.WARNING,
    )


def manifest(path: str, name: str) -> Iterator[Diagnostic]:
    """A foreign file that Argo CD would act on; none for any other."""
    if name in _KUSTOMIZE:
        effect = "it turns the directory into a Kustomize application, so Argo CD applies only what it names"
    elif name == _HELM:
        effect = "it turns the directory into a Helm application, so Argo CD applies none of gen's files"
    elif name.endswith(_MANIFEST_ENDINGS) and not name.startswith("."):
        effect = "Argo CD applies it together with gen's files"
    else:
        return
    yield Diagnostic(
        "output-foreign-manifest",
        f"{path} is not gen's, and {effect}",
        "move it to a directory of its own, outside of gen's output",
        Position(path),
        Severity.WARNING,
    )
