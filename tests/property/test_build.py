"""Whatever a person writes: it is refused with a diagnostic, or it arrives in the manifests as it was written."""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Mapping
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import promql_parser
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from generator import check, conventions, model
from generator.charts import tree
from generator.lint import levels
from tests.support import argocd, models

# Rendering starts Node once and then takes some 20 ms.
FEW = settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
SOME = settings(max_examples=200)

SUFFIX_WORDS = ("migration", "migrations", "runner", "release", "operator", "logs", "a", "b")
NAMES = st.one_of(
    st.lists(st.sampled_from(SUFFIX_WORDS), min_size=1, max_size=5).map("-".join),
    st.from_regex(r"[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?", fullmatch=True),
)


def objects(name: str, parts: int = 3) -> list[tuple[str, str]]:
    """Kind and name of everything that a service may get."""
    return [
        ("Job", conventions.job(name)),
        *(("ConfigMap", conventions.migrations_config_map(name, part)) for part in range(1, parts + 1)),
        ("ConfigMap", conventions.release_config_map(name)),
        ("ServiceAccount", conventions.service_account(name)),
        *(
            (kind, role(name))
            for kind in ("Role", "RoleBinding")
            for role in (conventions.runner_role, conventions.operator_role, conventions.logs_role)
        ),
        ("ConfigMap", conventions.dashboard(name)),
        ("PrometheusRule", conventions.prometheus_rule(name)),
        ("AlertmanagerConfig", conventions.alertmanager_config(name)),
    ]


@SOME
@given(st.lists(NAMES, unique=True, min_size=2, max_size=8))
def test_names_never_collide(names: list[str]) -> None:
    for one, other in combinations(names, 2):
        assert not set(objects(one)) & set(objects(other))
    groups = [conventions.rule_group(name) for name in names]
    assert len(set(groups)) == len(groups)


@SOME
@given(NAMES)
def test_names_fit(name: str) -> None:
    if len(name) <= conventions.MAX_SERVICE_NAME:
        assert len(conventions.job(name)) <= conventions.MAX_NAME
        assert all(len(each) <= 253 for _, each in objects(name))
    assert len(set(objects(name))) == len(objects(name))


def test_objects_are_all_that_a_service_gets() -> None:
    """So that the names of a new kind can't be left out above."""
    service = models.service(
        operators=model.Operators(("one",), read_logs=True), callback_urls=("https://hooks.example.com/a",)
    )
    made = chain.from_iterable(
        documents(content) for content in tree.render([service])[service.name].values()
    )
    assert {(each["kind"], each["metadata"]["name"]) for each in made} == set(objects(service.name, parts=1))


@settings(FEW, max_examples=8)
@given(st.lists(NAMES.filter(lambda name: len(name) < 54), unique=True, min_size=2, max_size=4), st.randoms())
def test_the_order_of_services_does_not_matter(names: list[str], random: Any) -> None:
    services = [models.service(name=name) for name in names]
    shuffled = random.sample(services, len(services))
    together = tree.render(shuffled)
    assert together == tree.render(services)
    assert together[names[0]] == tree.render(services[:1])[names[0]]


# Free text.

WORDS = ("null", "no", "0b1", "0o7", "0x1", " \n", "---", "...", "2026-01-31", "\n\n\t", "\U0001f680")
PIECES = st.sampled_from([*"a07oxey.-+_: \n\t#=<>'\"\\{}[],&*!|%@`?~", *WORDS])


@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(PIECES, max_size=5).map("".join), min_size=100, max_size=300))
@example(["0o7", "-0o7", "=", "<<", "-_", "\t\n", "\n\n\ta", " \n", "\n \n", " \n\n", "\t \n 0", "---\na"])
def test_every_reader_takes_a_text_for_the_same(texts: list[str]) -> None:
    """YAML 1.1 and 1.2, and Argo CD's own, which refuses what the others forgive."""
    data = {f"k{number}": text for number, text in enumerate(texts)}
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data}
    (content,) = tree.files([manifest]).values()
    for version in ((1, 1), (1, 2)):
        assert documents(content, version) == [manifest]
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / "configmap.yaml").write_bytes(content)
        (seen,) = argocd.read(Path(directory)).objects
    assert seen.body == manifest


TRICKY = st.one_of(
    st.text(max_size=40),
    st.text("{}\"'\\`$%#&*!|>@:,[]?-=~<\n\r\t ()x0\u00a0\u00fc\u2028\ufeff", max_size=12),
    st.text("{}\"'\\$()#:- \nx", max_size=200),
)
LITERALS = [
    "", " ", " lead", "trail ", "a: b", "a #b", "- a", "#x", "&a b", "*a", "!x", "|", ">", "%x", "@x", "`x`", "? a",
    "no", "yes", "on", "y", "null", "~", "true", "012", "0o7", "0x1F", "1_000", "1e3", "12e45", "1:30", ".5", ".inf",
    "2026-01-31", "=", "<<", "---", "...", "--- a", "{a", "[a", "'", '"', "\\", "\\n", "it's", 'say "x"',
    "two\nlines", "two\nlines\n", "\n", "\n\n a\n", "  a\n b", "tab\there", "\tlead", "x" * 3000, "word " * 300,
    "---\nkind: Job\n", "a\n---\nb", "a\n...\nb", "{{ $labels.x }}", "{{", "}}", "{{`x`}}", "$(HOME)", "$$(HOME)",
    "a$$b", "$", "$$", "${X}", "%s", "\U0001f680 \u65e5\u672c", "e\u0301", "\u200b", '"} or vector(1) #', "\\\"", "\\'",
]  # fmt: skip


def documents(content: bytes, version: tuple[int, int] = (1, 2)) -> list[Any]:
    yaml = YAML(typ="safe", pure=False)
    yaml.version = version
    return list(yaml.load_all(io.BytesIO(content)))


def expanded_by_kubernetes(text: str) -> str:
    """An environment variable's value, as the kubelet gives it to the process, with no variable set.

    k8s.io/kubernetes, third_party/forked/golang/expansion/expand.go
    """
    return re.sub(r"\$(\$|\([^)]*\)|)", lambda match: "$" if match[1] in ("$", "") else match[0], text)


def expanded_by_prometheus(template: str) -> str:
    assert "{{" not in re.sub(r'\{\{"[^"\\]*"\}\}', "", template)
    return re.sub(r'\{\{"([^"\\]*)"\}\}', r"\1", template)


class Written:
    """A project on disk whose free fields hold a text."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (self.root / "migrations" / "a").mkdir(parents=True)

    def check(self, fields: Mapping[str, str]) -> check.Checked:
        sql = fields.get("sql", "x")
        up = f"{fields.get('begin', '')}-- +goose Up\n-- +goose StatementBegin"
        (self.root / "migrations/a/1_a.sql").write_text(
            f"{up}\nSELECT 1;\n{sql}\n-- +goose StatementEnd\n", "utf-8", newline=""
        )
        spec = {
            "version": 1,
            "services": {
                "a": {
                    "namespace": "a",
                    "runner": {
                        "image": "registry.example.com/goose:3.27.3",
                        "env": {"A": fields.get("env", "x")},
                        "podAnnotations": {"a": fields.get("annotation", "x")},
                    },
                    "alerts": {"labels": {"a": fields.get("label", "x")}},
                    "database": {"secret": {"name": "a", "key": "key"}},
                    "operators": {"groups": [fields.get("group", "x")]},
                    "lint": {"rules": dict.fromkeys(levels.DEFAULTS, "ignore")},
                }
            },
        }
        (self.root / "services.yaml").write_text(json.dumps(spec, ensure_ascii=False), "utf-8", newline="")
        return check.check(self.root / "services.yaml")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written(tmp_path_factory.mktemp("written"))


def arrived(rendered: Mapping[str, bytes], version: tuple[int, int]) -> dict[str, str]:
    """The fields as the cluster has them, the files read by YAML of this version."""
    files = {name: documents(content, version) for name, content in rendered.items()}
    pod = files["job.yaml"][0]["spec"]["template"]
    values = {each["name"]: each.get("value") for each in pod["spec"]["containers"][0]["env"]}
    rules = files["prometheusrule.yaml"][0]["spec"]["groups"][0]["rules"]
    for rule in rules:
        promql_parser.parse(rule["expr"])
    alerts = [each for each in rules if "alert" in each]
    (label,) = {each["labels"]["a"] for each in alerts}
    binding = next(
        each for each in files["rolebinding.yaml"] if each["metadata"]["name"].endswith("-operator")
    )
    (sql,) = (each["data"]["1_a.sql"] for each in files["configmap.yaml"] if "1_a.sql" in each["data"])
    return {
        "env": expanded_by_kubernetes(values["A"]),
        "annotation": pod["metadata"]["annotations"]["a"],
        "label": expanded_by_prometheus(label),
        "group": binding["subjects"][0]["name"],
        "begin": sql.partition("-- +goose Up")[0],
        "sql": sql.partition("SELECT 1;\n")[2].rpartition("\n-- +goose StatementEnd\n")[0],
    }


def survives(checked: check.Checked, fields: Mapping[str, str]) -> bool:
    """Whether the text was taken; then it has to be in the manifests, whoever reads them."""
    if not checked.is_sound:
        assert all(each.rule and each.message and each.position.line for each in checked.diagnostics)
        return False
    assert checked.project is not None
    (service,) = checked.project.services
    rendered = tree.render([service])["a"]
    for version in ((1, 1), (1, 2)):
        got = arrived(rendered, version)
        assert {name: got[name] for name in fields} == dict(fields)
    return True


@pytest.mark.parametrize("text", LITERALS)
def test_a_text_with_a_meaning_survives(written: Written, text: str) -> None:
    fields = dict.fromkeys(("env", "annotation", "label"), text)
    refused = {each.rule for each in written.check(fields).diagnostics}
    # An escape can put what YAML can't carry into a file; such a text has no place in a manifest.
    assert refused <= {"yaml-control-character"}
    assert survives(written.check(fields), fields) == (not refused)
    comment = "-- " + text.replace("\n", "\n-- ")
    assert survives(written.check({"sql": comment}), {"sql": comment})


@pytest.mark.parametrize("begin", ["", "\n", " \n", "\t\n", "\n\n\t-- x\n", "\t-- x\n", "  -- x\n", "\r\n"])
def test_a_migration_survives_whatever_it_begins_with(written: Written, begin: str) -> None:
    fields = {"begin": begin}
    assert survives(written.check(fields), fields)


@pytest.mark.parametrize(
    "text", ["no", "012", "oidc:Team", "a b", "{x}", "team@example.com", "#x", "- a", "'", '"', "ü"]
)
def test_a_group_survives(written: Written, text: str) -> None:
    assert survives(written.check({"group": text}), {"group": text})


@settings(FEW, max_examples=60)
@given(st.sampled_from(("env", "annotation", "label", "group", "sql")), TRICKY)
@example("sql", "a\r\nb\r")
@example("annotation", "\u0085")
@example("env", "\ufffe")
def test_any_text_is_refused_or_survives(written: Written, name: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    survives(written.check({name: text}), {name: text})
