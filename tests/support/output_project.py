"""A project directory to build in, and what `out/` has to hold after."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator import output
from generator.output import sums

TREE = {
    "auth-service": {"job.yaml": b"kind: Job\n", "role.yaml": b"kind: Role\n"},
    "billing": {"job.yaml": b"kind: Job # billing\n"},
}
WITHOUT_BILLING = {"auth-service": TREE["auth-service"]}

Tree = dict[str, dict[str, bytes]]


class Project:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.out = path / "out"
        self.state = path / ".gen"

    def plan(
        self, tree: Tree, services: list[str] | None = None, unchanged: tuple[str, ...] = ()
    ) -> output.Plan:
        return output.plan(self.out, tree, services, output.Journal.load(self.state, self.out), unchanged)

    def build(self, tree: Tree, services: list[str] | None = None) -> output.Plan:
        plan = self.plan(tree, services)
        output.apply(plan, self.state)
        return plan

    def files(self) -> dict[str, bytes]:
        return {
            each.relative_to(self.out).as_posix(): each.read_bytes()
            for each in self.out.rglob("*")
            if each.is_file() and not each.is_symlink()
        }

    def everything(self) -> dict[str, tuple[int, int, int]]:
        found = {}
        for each in [self.path, *self.path.rglob("*")]:
            status = each.lstat()
            found[str(each)] = (status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        return found

    def edit(self, path: str, content: bytes) -> Path:
        file = self.out / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return file


def whole(tree: Tree) -> dict[str, bytes]:
    return {
        f"{service}/{name}": content
        for service, files in tree.items()
        for name, content in {**files, "SHA256SUMS": sums.render(files)}.items()
    }


def rules(plan: output.Plan) -> list[tuple[str, str]]:
    return [(each.rule, each.position.path) for each in plan.diagnostics]


def assert_refused(project: Project, plan: output.Plan) -> None:
    before = project.everything()
    with pytest.raises(ValueError, match="errors"):
        output.apply(plan, project.state)
    assert project.everything() == before
