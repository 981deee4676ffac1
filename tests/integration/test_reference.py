"""What is generated and committed is fresh: out/, the schema of services.yaml, the README's table of rules.

`make regen` writes the last two anew; `gen build` writes out/.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from generator import pages
from tests.support import cli

ROOT = Path(__file__).parents[2]
REGENERATE = os.environ.get("GEN_REGEN") == "1"
BEGIN, END = "<!-- rules: written by `make regen` -->\n", "<!-- end of rules -->"


def test_the_repositorys_own_tree_is_fresh() -> None:
    said = cli.gen("build", "--check", cwd=ROOT)
    assert said.returncode == 0, said.stdout + said.stderr


def test_the_schema_of_services_yaml_is_fresh() -> None:
    path = ROOT / "schemas" / "services.schema.json"
    text = cli.gen("schema", cwd=ROOT).stdout
    if REGENERATE:
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_the_readme_lists_every_rule() -> None:
    path = ROOT / "README.md"
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    table, _, after = rest.partition(END)
    rows = [f"| [{name}](docs/rules/{name}.md) | {pages.summary(name)} |\n" for name in pages.names()]
    expected = "".join(["\n| rule | what it finds |\n", "|---|---|\n", *rows, "\n"])
    if REGENERATE:
        path.write_text(before + BEGIN + expected + END + after, encoding="utf-8")
        table = expected
    assert table == expected


def test_the_readmes_worked_example_is_what_really_happens(tmp_path: Path) -> None:
    for name in ("migrations", "out"):
        shutil.copytree(ROOT / name, tmp_path / name)
    readme = (ROOT / "README.md").read_text(encoding="utf-8").partition("## A worked example")[2]
    edit, diff = re.findall(r"```diff\n(.*?)```", readme, re.DOTALL)[:2]
    (sql,) = re.findall(r"```sql\n(.*?)```", readme, re.DOTALL)
    added = "".join(f"{line[1:]}\n" for line in edit.splitlines() if line.startswith("+"))
    before = "  auth-service:\n    namespace: auth\n"
    services = (ROOT / "services.yaml").read_text(encoding="utf-8")
    assert before in services
    (tmp_path / "services.yaml").write_text(services.replace(before, before + added), encoding="utf-8")
    (name,) = re.findall(r"`migrations/auth-service/(\d+\w+\.sql)`", readme)
    (tmp_path / "migrations" / "auth-service" / name).write_text(sql, encoding="utf-8")
    real = cli.gen("build", "--diff", cwd=tmp_path).stdout.splitlines()
    shown = [line for line in diff.splitlines() if line.startswith(("+", "-"))]
    assert [line for line in shown if line.replace("a/out", "out").replace("b/out", "out") not in real] == []
    said = cli.gen("build", cwd=tmp_path).stdout
    assert f"$ gen build\n{said}```" in readme


def test_every_page_has_its_parts() -> None:
    for name in pages.names():
        text = pages.text(name)
        assert text.startswith(f"# {name}\n\n"), name
        assert "\n## Why\n\n" in text, name
        assert "\n## Instead\n\n" in text, name
