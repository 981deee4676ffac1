"""The command line as an interface: help, exit codes, what goes where, and what a program can read of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from generator import pages, source
from generator.cli.main import COMMANDS
from tests.support import cli
from tests.support.hostile import BASE

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases" / "build"
FIELDS = {"rule", "severity", "message", "help", "path", "line", "column", "endLine", "endColumn"}
COLOR = "\x1b["


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The base project, not built."""
    shutil.copytree(BASE, tmp_path / "project")
    return tmp_path / "project"


@pytest.fixture
def wrong(project: Path) -> Path:
    """One error in services.yaml, one in a migration."""
    with (project / "services.yaml").open("a", encoding="utf-8") as file:
        file.write("    namespace: Auth\n")
    (project / "migrations/auth-service/00003_x.sql").write_text("-- +goose Up\nSELECT 1\n", "utf-8")
    return project


# Help.


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_lists_every_command(arguments: list[str], tmp_path: Path) -> None:
    said = cli.gen(*arguments, cwd=tmp_path)
    text = said.stdout + said.stderr
    assert said.returncode == (0 if arguments else 2)
    for name, help in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(help.split()[0])}", text, re.MULTILINE), name
    assert "Exit codes: 0 fine, 1 problems" in text


@pytest.mark.parametrize("name", [*COMMANDS, "tools install"])
def test_every_command_has_help(name: str, tmp_path: Path) -> None:
    """Without a services.yaml, and without starting Node."""
    said = cli.gen(*name.split(), "--help", cwd=tmp_path)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith(f"Usage: gen {name} ")
    assert list(tmp_path.iterdir()) == []


def test_the_version(tmp_path: Path) -> None:
    said = cli.gen("--version", cwd=tmp_path)
    assert said.returncode == 0
    assert re.fullmatch(r"gen \d+\.\d+\.\d+\n", said.stdout)


# Exit codes and hints.


def test_exit_codes(project: Path) -> None:
    assert cli.gen("check", cwd=project).returncode == 0
    assert cli.gen("build", "--check", cwd=project).returncode == 1
    assert cli.gen("build", cwd=project).returncode == 0
    assert cli.gen("build", "--check", cwd=project).returncode == 0
    assert cli.gen("validate", cwd=project).returncode == 0
    (project / "services.yaml").write_text("version: 9\n", "utf-8")
    for command in (["check"], ["build"], ["build", "--check"], ["build", "--diff"], ["argocd"]):
        said = cli.gen(*command, cwd=project)
        assert said.returncode == 1, command
        assert "error[spec-version]" in said.stderr, command
        assert said.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["biuld"], "No such command `biuld`. Did you mean `build`?"),
        (["chekc"], "Did you mean `check`?"),
        (["qwertz"], "No such command `qwertz`.\n"),
        (["--frob"], "No such option"),
        (["build", "--chek"], "--check"),
        (["build", "surplus"], "unexpected extra argument"),
        (["build", "--check", "--diff"], "exclude each other"),
        (["build", "--format", "yaml"], "'text', 'json'"),
        (
            ["build", "--service", "auth-servise"],
            "There is no service `auth-servise`: did you mean `auth-service`?",
        ),
        (["build", "--service", "qwertz"], "There is no service `qwertz`: known: auth-service"),
        (["argocd", "auth-servise"], "did you mean `auth-service`?"),
        (["argocd", "--application-set", "--standalone"], "exclude each other"),
        (["explain", "yaml-tabs"], "There is no rule `yaml-tabs`. Did you mean `yaml-tab`?"),
        (["explain", "qwertz"], "`gen explain` lists all of them."),
        (["explain", "../../README"], "There is no rule"),
        (["tools", "install", "gooose"], "goose"),
        (["validate", "--kubernetes", "1.2"], "1.2"),
    ],
)
def test_wrong_usage(project: Path, arguments: list[str], hint: str) -> None:
    said = cli.gen(*arguments, cwd=project)
    assert said.returncode == 2, said
    assert said.stdout == ""
    assert hint in said.stderr
    assert "Traceback" not in said.stderr
    assert not (project / "out").exists()


# Rules.


def test_explain_lists_and_shows_every_rule(tmp_path: Path) -> None:
    listing = cli.gen("explain", cwd=tmp_path).stdout.splitlines()
    assert [line.split()[0] for line in listing] == list(pages.names())
    assert all(len(line.split()) > 3 for line in listing)
    assert len(pages.names()) > 70


@pytest.mark.parametrize("rule", pages.names())
def test_explain_shows_the_page(rule: str) -> None:
    """In process: the command does nothing but print the page."""
    from click.testing import CliRunner  # noqa: PLC0415

    from generator.cli import explain  # noqa: PLC0415

    said = CliRunner().invoke(explain.command, [rule])
    assert said.exit_code == 0
    assert said.output == (ROOT / "docs/rules" / f"{rule}.md").read_text("utf-8")


# JSON.


def parsed(said: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Nothing but one JSON object on standard output, nothing at all on standard error."""
    assert said.stderr == ""
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def test_json_of_a_finding(wrong: Path) -> None:
    for command in ("check", "build"):
        said = cli.gen(command, "--format", "json", cwd=wrong)
        assert said.returncode == 1
        report = parsed(said)
        assert (report["errors"], report["warnings"]) == (2, 0)
        first, second = report["diagnostics"]
        assert first.keys() == second.keys() == FIELDS
        assert (first["rule"], first["severity"]) == ("migration-semicolon", "error")
        place = {"path": "services.yaml", "line": 12, "column": 16, "endLine": 12, "endColumn": 20}
        assert {key: second[key] for key in place} == place
        assert (second["rule"], second["message"][:6]) == ("name-kubernetes", "`Auth`")
        assert second["help"].startswith("use lower-case letters")


def test_json_of_results(project: Path) -> None:
    assert parsed(cli.gen("check", "--format", "json", cwd=project))["errors"] == 0
    built = parsed(cli.gen("build", "--format", "json", cwd=project))
    assert "auth-service/job.yaml" in built["written"]
    assert built["deleted"] == built["removedServices"] == built["commands"] == []
    assert parsed(cli.gen("build", "--format", "json", cwd=project))["written"] == []
    (project / "out/auth-service/job.yaml").unlink()
    stale = cli.gen("build", "--check", "--format", "json", cwd=project)
    assert stale.returncode == 1
    assert parsed(stale)["written"] == ["auth-service/job.yaml"]
    assert parsed(cli.gen("build", "--diff", "--format", "json", cwd=project))["written"] == [
        "auth-service/job.yaml"
    ]
    assert not (project / "out/auth-service/job.yaml").exists()
    valid = parsed(cli.gen("validate", "--format", "json", cwd=project))
    assert len(valid["checked"]) == 5
    assert valid["engine"]


@pytest.mark.parametrize(
    ("content", "rule", "line"),
    [
        (
            "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec: {tempalte: {}}\n",
            "manifest-invalid",
            4,
        ),
        ("apiVersion: v1\nkind: a: b\n", "manifest-syntax", 2),
        ("apiVersion: example.com/v1\nkind: Nothing\nmetadata: {name: a}\n", "manifest-unknown-kind", 2),
        (None, "manifest-missing", 1),
    ],
)
def test_validate_finds(project: Path, content: str | None, rule: str, line: int) -> None:
    directory = project / "manifests" / "a"
    directory.mkdir(parents=True)
    if content is not None:
        (directory / "a.yaml").write_text(content, "utf-8")
    said = cli.gen("validate", "manifests", "--kubernetes", "1.35", "--format", "json", cwd=project)
    assert said.returncode == 1
    found = parsed(said)["diagnostics"]
    assert rule in [each["rule"] for each in found]
    assert {each["line"] for each in found if each["rule"] == rule} == {line}


# Text.


def test_paths_are_seen_from_where_the_command_runs(wrong: Path) -> None:
    beside = wrong.parent / "beside"
    beside.mkdir()
    for where, prefix in ((wrong.parent, "project/"), (beside, "../project/"), (wrong, "")):
        said = cli.gen("check", "-f", f"{prefix}services.yaml", cwd=where)
        heads = re.findall(r"^(\S+?):\d+:\d+: error", said.stderr, re.MULTILINE)
        assert heads == [f"{prefix}migrations/auth-service/00003_x.sql", f"{prefix}services.yaml"]
        assert "12 |     namespace: Auth" in said.stderr
        report = json.loads(
            cli.gen("check", "-f", f"{prefix}services.yaml", "--format", "json", cwd=where).stdout
        )
        assert [each["path"] for each in report["diagnostics"]] == heads


def on_a_terminal(*arguments: str, cwd: Path, **env: str) -> str:
    """What gen writes to a terminal."""
    master, slave = os.openpty()
    try:
        subprocess.run(
            [str(cli.GEN), *arguments],
            cwd=cwd,
            env={**{key: value for key, value in os.environ.items() if key != "NO_COLOR"}, **env},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            timeout=60,
            check=False,
        )
        os.set_blocking(master, False)
        return os.read(master, 1_000_000).decode()
    finally:
        os.close(slave)
        os.close(master)


def test_color_is_for_terminals_that_want_it(wrong: Path) -> None:
    assert COLOR not in cli.gen("check", cwd=wrong, env={"TERM": "xterm"}).stderr
    assert COLOR in on_a_terminal("check", cwd=wrong, TERM="xterm")
    assert COLOR not in on_a_terminal("check", cwd=wrong, TERM="xterm", NO_COLOR="1")
    assert COLOR not in on_a_terminal("check", "--format", "json", cwd=wrong, TERM="xterm")


@pytest.mark.parametrize(
    "command", ["explain | head -1", "schema | head -1", "build --diff | head -1", "check 2>&1 | :"]
)
def test_a_reader_that_goes_early(project: Path, command: str) -> None:
    script = f"gen {command}; exit ${{PIPESTATUS[0]}}"
    said = subprocess.run(
        ["bash", "-c", script],
        cwd=project,
        env={**os.environ, "PATH": f"{cli.GEN.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in said.stderr
    assert "Broken pipe" not in said.stderr
    assert "Exception ignored" not in said.stderr


def test_output_that_cannot_be_written_is_an_error(project: Path) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        said = subprocess.run(
            [str(cli.GEN), "explain"],
            cwd=project,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert said.returncode == 2
    assert "No space left on device" in said.stderr
    assert "Traceback" not in said.stderr


def test_an_encoding_without_our_characters(wrong: Path) -> None:
    """A terminal or a log that is ASCII only must not turn a message into an error of its own."""
    (wrong / "services.yaml").write_text("version: 1\nservices: {a: {namespace: grün, x…: 1}}\n", "utf-8")
    said = cli.gen("check", cwd=wrong, env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert said.returncode == 1
    assert "error[name-kubernetes]" in said.stderr
    assert "internal error" not in said.stderr


# The schema.


@pytest.fixture(scope="module")
def schema() -> Any:
    said = cli.gen("schema", cwd=ROOT)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout == (ROOT / "schemas/services.schema.json").read_text("utf-8")
    return json.loads(said.stdout)


def read(path: Path) -> Any:
    document, found = source.load(path, path.name)
    assert document is not None, found
    return document.value


SOUND = [ROOT / "services.yaml", BASE / "services.yaml", *sorted((CASES / "ok").glob("*/services.yaml"))]


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.parent.name)
def test_the_schema_accepts_what_gen_accepts(schema: Any, path: Path) -> None:
    assert list(jsonschema_rs.validator_for(schema).iter_errors(read(path))) == []


# Where the schema can say it too. The others need more than one value, the files, or a longer look at a text.
BY_SCHEMA = ("spec-choice", "spec-missing", "spec-type", "spec-unknown-key", "spec-value", "spec-version")
BAD = sorted(
    each
    for each in (CASES / "bad").glob("*/services.yaml")
    if each.parent.name.partition("--")[0] in BY_SCHEMA
)
# Written nowhere, which is only known once defaults and the service are joined.
JOINED = ("spec-missing--image", "spec-missing--namespace")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.parent.name)
def test_the_schema_refuses_what_gen_refuses(schema: Any, path: Path) -> None:
    assert jsonschema_rs.validator_for(schema).is_valid(read(path)) == (path.parent.name in JOINED)


def test_the_schema_describes_every_setting(schema: Any) -> None:
    for name, definition in schema["$defs"].items():
        if definition.get("type") == "object":
            assert definition["additionalProperties"] is False, name
    assert schema["properties"]["services"]["additionalProperties"] is False


def test_the_sample_names_its_schema() -> None:
    first = (ROOT / "services.yaml").read_text("utf-8").partition("\n")[0]
    assert first == "# yaml-language-server: $schema=schemas/services.schema.json"


# Tools.


def test_tools_says_what_is_where(project: Path) -> None:
    said = cli.gen("tools", cwd=project, env={"GEN_TOOLS_DIR": str(project / "none"), "PATH": "/nonexistent"})
    assert said.returncode == 0
    for name in ("goose", "kubeconform"):
        assert re.search(
            rf"^{name} +not found; `gen tools install {name}` builds \S+$", said.stdout, re.MULTILINE
        )


def test_a_bug_is_told_without_a_traceback(project: Path) -> None:
    """An exception that nobody expected: here, a package that is broken."""
    broken = project / "broken"
    broken.mkdir()
    (broken / "pydantic.py").write_text("raise RuntimeError('broken here')\n", "utf-8")
    said = cli.gen("check", cwd=project, env={"PYTHONPATH": str(broken)})
    assert said.returncode == 2
    assert "gen: internal error: RuntimeError: broken here" in said.stderr
    assert "GEN_DEBUG=1" in said.stderr
    assert "Traceback" not in said.stderr
    shown = cli.gen("check", cwd=project, env={"PYTHONPATH": str(broken), "GEN_DEBUG": "1"})
    assert "Traceback" in shown.stderr
