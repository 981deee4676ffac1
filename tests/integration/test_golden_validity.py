"""Every golden tree, and the repository's own, through real kubeconform and real promtool."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator import validate
from tests.support import cli, pod, promtool

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "tests" / "cases" / "build" / "ok").iterdir())
TREES = [ROOT / "out", *(each / "out" for each in CASES)]


@pytest.mark.parametrize("directory", TREES, ids=lambda each: each.parent.name)
def test_kubeconform_takes_it_for_every_kubernetes_version(directory: Path, kubeconform_path: Path) -> None:
    result = validate.validate(ROOT, directory, (), kubeconform_path)
    assert result.diagnostics == ()
    assert result.engine.startswith("kubeconform ")
    assert len(result.checked) == 5
    objects = len(pod.manifests(directory))
    assert [each.objects for each in result.checked] == [objects] * 5


def test_the_command_says_which_engine_it_used(kubeconform_path: Path) -> None:
    found = cli.gen("validate", cwd=ROOT, env={"GEN_TOOLS_DIR": str(kubeconform_path.parent)})
    assert found.returncode == 0
    assert "checked by kubeconform 0.8.0: all valid" in found.stdout
    python = Path(cli.GEN).parent
    absent = cli.gen("validate", cwd=ROOT, env={"GEN_TOOLS_DIR": "none", "PATH": str(python)})
    assert absent.returncode == 0
    assert "checked by built-in (jsonschema-rs): all valid" in absent.stdout


@pytest.mark.parametrize("directory", TREES, ids=lambda each: each.parent.name)
def test_promtool_takes_the_rules(directory: Path, tmp_path: Path) -> None:
    rules = [each for each in pod.manifests(directory) if each["kind"] == "PrometheusRule"]
    assert rules
    for number, each in enumerate(rules):
        # JSON is YAML: a rule file is what a PrometheusRule has below `spec`.
        file = tmp_path / f"{number}.yaml"
        file.write_text(json.dumps(each["spec"]), encoding="utf-8")
        said = promtool.check(file)
        assert said.returncode == 0, said.stdout
