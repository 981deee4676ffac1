"""kubeconform and the built-in check have to agree: on the good, on the broken, and on where it is broken."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest

from generator import validate
from generator.diagnostics import GenError
from generator.manifests import documents, nodes
from tests.support import programs

JOB = """\
apiVersion: batch/v1
kind: Job
metadata:
  name: a
  labels: {app: "1"}
spec:
  backoffLimit: 3
  podFailurePolicy:
    rules:
      - action: FailJob
        onExitCodes: {operator: In, values: [2]}
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: goose
          image: goose:3
          resources: {limits: {cpu: 1, memory: 128Mi}}
"""
CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: c
data:
  a.sql: |
    SELECT 'é';
    ---
  b: "no"
"""
ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r}
rules:
  - apiGroups: [batch]
    resources: [jobs]
    verbs: [get]
"""
BINDING = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: r}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
subjects:
  - {kind: ServiceAccount, name: s}
"""
ACCOUNT = """\
apiVersion: v1
kind: ServiceAccount
metadata: {name: s}
automountServiceAccountToken: false
"""
RULE = """\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: p
spec:
  groups:
    - name: g
      rules:
        - alert: A
          expr: up == 0
          for: 5m
"""
APPLICATION_SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: s}
spec:
  generators:
    - git: {repoURL: r, revision: main, directories: [{path: out/*}]}
  template:
    metadata: {name: x}
    spec: {project: p, destination: {namespace: prod}}
"""
RECEIVERS = """\
apiVersion: monitoring.coreos.com/v1alpha1
kind: AlertmanagerConfig
metadata: {name: a}
spec:
  receivers: [{name: w, webhookConfigs: [{urlSecret: {name: s, key: k}}]}]
  route: {receiver: w}
"""
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: a}
spec:
  project: p
  destination: {namespace: prod}
  sources: [{repoURL: r, path: out/a}]
"""
PROJECT = """\
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: a}
spec:
  namespaceResourceWhitelist: [{group: batch, kind: Job}]
"""
LIST = """\
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ServiceAccount
    metadata: {name: s}
"""

GOOD = {
    "job": JOB,
    "config-map": CONFIG_MAP,
    "role": ROLE,
    "binding": BINDING,
    "account": ACCOUNT,
    "rule": RULE,
    "application-set": APPLICATION_SET,
    "application": APPLICATION,
    "project": PROJECT,
    "receivers": RECEIVERS,
    "list": LIST,
    "two": f"---\n{JOB}--- # next\n{RULE}---\n",
    "windows": ACCOUNT.replace("\n", "\r\n"),
    "byte-order-mark": "\ufeff" + ACCOUNT,
    "null-is-absent": JOB.replace("backoffLimit: 3", "backoffLimit: null"),
    "whole-float": JOB.replace("backoffLimit: 3", "backoffLimit: 3.0"),
    "octal": JOB.replace("backoffLimit: 3", "backoffLimit: 012"),
    "timestamp": CONFIG_MAP.replace('"no"', "2026-10-01"),
    "base-60": CONFIG_MAP.replace('"no"', "1:30"),
    "merge": ROLE.replace(
        "  - apiGroups", "  - &x {apiGroups: [a], verbs: [b]}\n  - {<<: *x}\n  - apiGroups"
    ),
    "creation-timestamp": ACCOUNT.replace("{name: s}", "{name: s, creationTimestamp: null}"),
}

# Name → the good text, what is replaced in it, by what; then rule, line and column of what is found.
BROKEN: dict[str, tuple[str, str, str, str, int, int]] = {
    "unknown-field": (JOB, "backoffLimit", "backofLimit", "manifest-invalid", 7, 3),
    "unknown-at-root": (ACCOUNT, "automount", "autoMount", "manifest-invalid", 4, 1),
    "unknown-in-list": (
        JOB,
        "image: goose:3",
        "image: goose:3\n          img: x",
        "manifest-invalid",
        18,
        11,
    ),
    "unknown-in-metadata": (RULE, "  name: p", "  name: p\n  label: {}", "manifest-invalid", 5, 3),
    "unknown-in-rule": (RULE, "for: 5m", "fore: 5m", "manifest-invalid", 11, 11),
    "string-for-integer": (JOB, "backoffLimit: 3", 'backoffLimit: "3"', "manifest-invalid", 7, 17),
    "float-for-integer": (JOB, "backoffLimit: 3", "backoffLimit: 1.5", "manifest-invalid", 7, 17),
    "beyond-int32": (JOB, "backoffLimit: 3", "backoffLimit: 3000000000", "manifest-invalid", 7, 17),
    "integer-for-string": (JOB, 'app: "1"', "app: 1", "manifest-invalid", 5, 17),
    "boolean-for-string": (CONFIG_MAP, '"no"', "no", "manifest-invalid", 9, 6),
    "yaml-1.1-on": (CONFIG_MAP, '"no"', "On", "manifest-invalid", 9, 6),
    "number-for-string": (CONFIG_MAP, '"no"', "1_0", "manifest-invalid", 9, 6),
    "hexadecimal": (CONFIG_MAP, '"no"', "0x1F", "manifest-invalid", 9, 6),
    "exponent": (CONFIG_MAP, '"no"', "1e3", "manifest-invalid", 9, 6),
    "null-in-data": (CONFIG_MAP, '"no"', "", "manifest-invalid", 9, 3),
    "key-of-config-map": (CONFIG_MAP, "b:", '"b c":', "manifest-invalid", 9, 3),
    "object-for-list": (ROLE, "verbs: [get]", "verbs: {get: x}", "manifest-invalid", 7, 5),
    "string-for-list": (ROLE, "verbs: [get]", "verbs: get", "manifest-invalid", 7, 12),
    "no-metadata": (ACCOUNT, "metadata: {name: s}\n", "", "manifest-invalid", 1, 1),
    "no-name": (ACCOUNT, "{name: s}", "{namespace: s}", "manifest-invalid", 3, 1),
    "generated-name": (JOB, "  name: a\n", "  generateName: a-\n", "manifest-invalid", 3, 1),
    "no-template": (JOB, JOB[JOB.index("  template") :], "", "manifest-invalid", 6, 1),
    "no-container-name": (JOB, "- name: goose\n          image", "- image", "manifest-invalid", 16, 11),
    "no-role-ref": (
        BINDING,
        "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}\n",
        "",
        "manifest-invalid",
        1,
        1,
    ),
    "no-expression": (RULE, "          expr: up == 0\n", "", "manifest-invalid", 9, 11),
    "no-destination": (APPLICATION_SET, ", destination: {namespace: prod}", "", "manifest-invalid", 9, 5),
    "restart-policy": (JOB, "Never", "Always", "manifest-invalid", 14, 22),
    "no-restart-policy": (JOB, "      restartPolicy: Never\n", "", "manifest-invalid", 13, 5),
    "action": (JOB, "FailJob", "Fail", "manifest-invalid", 10, 17),
    "operator": (JOB, "operator: In", "operator: Is", "manifest-invalid", 11, 33),
    "subject": (BINDING, "ServiceAccount", "Serviceaccount", "manifest-invalid", 6, 12),
    "quantity": (JOB, "128Mi", "128 MB", "manifest-invalid", 18, 48),
    "duration": (RULE, "for: 5m", "for: 5 minutes", "manifest-invalid", 11, 16),
    "empty-group-name": (RULE, "name: g", 'name: ""', "manifest-invalid", 7, 13),
    "api-version-of-group": (JOB, "batch/v1", "batch.example.org/v1", "manifest-invalid", 1, 13),
    "unknown-kind": (ACCOUNT, "kind: ServiceAccount", "kind: Deployment", "manifest-unknown-kind", 2, 7),
    "unknown-version": (JOB, "batch/v1", "batch/v1beta1", "manifest-unknown-kind", 2, 7),
    "secret": (CONFIG_MAP, "kind: ConfigMap", "kind: Secret", "manifest-unknown-kind", 2, 7),
    "no-kind": (ACCOUNT, "kind: ServiceAccount\n", "", "manifest-invalid", 1, 1),
    "no-api-version": (ACCOUNT, "apiVersion: v1\n", "", "manifest-invalid", 1, 1),
    "kind-of-wrong-type": (ACCOUNT, "kind: ServiceAccount", "kind: 1", "manifest-invalid", 2, 7),
    "second-document": (
        f"{ACCOUNT}---\n{JOB}",
        "backoffLimit: 3",
        "backoffLimit: x",
        "manifest-invalid",
        12,
        17,
    ),
    "in-list": (LIST, "metadata: {name: s}", "metadata: {name: 1}", "manifest-invalid", 6, 22),
    "duplicate-key": (
        JOB,
        "  backoffLimit: 3",
        "  backoffLimit: 3\n  backoffLimit: 4",
        "manifest-syntax",
        8,
        3,
    ),
    "not-an-object": (ACCOUNT, ACCOUNT, "- a\n", "manifest-syntax", 1, 1),
    "unclosed": (ACCOUNT, "{name: s}", "{name: s", "manifest-syntax", 4, 29),
    "tab": (JOB, "  backoffLimit", "\tbackoffLimit", "manifest-syntax", 7, 1),
    "unknown-alias": (JOB, "goose:3", "*goose", "manifest-syntax", 17, 18),
    "control-character": (CONFIG_MAP, '"no"', '"\x07"', "manifest-syntax", 1, 1),
    "overridden-merge": (
        ROLE,
        "  - apiGroups",
        "  - &x {apiGroups: [a], verbs: [b]}\n  - <<: *x\n    apiGroups",
        "manifest-syntax",
        7,
        5,
    ),
    "unfinished-merge": (RULE, "  name: p", "  <<: p", "manifest-syntax", 4, 7),
}


def broken(name: str) -> str:
    text, old, new, *_ = BROKEN[name]
    assert text.count(old) >= 1, f"{old!r} is not in the good text"
    return text.replace(old, new, 1)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, validate.Result]:
    """One run of each engine over all files: good, broken, and not UTF-8."""
    root = tmp_path_factory.mktemp("manifests")
    folder = root / "out {{ }}"
    folder.mkdir()
    for name, text in GOOD.items():
        (folder / f"good-{name}.yaml").write_text(text, encoding="utf-8", newline="")
    for name in BROKEN:
        (folder / f"broken-{name}.yaml").write_text(broken(name), encoding="utf-8", newline="")
    (folder / "broken-latin-1.yaml").write_bytes(CONFIG_MAP.replace("é", "\xe9").encode("latin-1"))
    (folder / "ignored.json").write_text("{}", encoding="utf-8")
    return {
        "kubeconform": validate.validate(root, folder, [], programs.path("kubeconform")),
        "built-in": validate.validate(root, folder, [], None),
    }


ENGINES = pytest.mark.parametrize("engine", ["kubeconform", "built-in"])


def found(result: validate.Result, name: str) -> list[tuple[str, int, int]]:
    path = f"out {{{{ }}}}/{name}.yaml"
    here = [each for each in result.diagnostics if each.position.path == path]
    return [(each.rule, each.position.line, each.position.column) for each in here]


@ENGINES
@pytest.mark.parametrize("name", GOOD)
def test_good(results: dict[str, validate.Result], engine: str, name: str) -> None:
    assert found(results[engine], f"good-{name}") == []


@ENGINES
@pytest.mark.parametrize("name", BROKEN)
def test_broken(results: dict[str, validate.Result], engine: str, name: str) -> None:
    *_, rule, line, column = BROKEN[name]
    assert found(results[engine], f"broken-{name}") == [(rule, line, column)]


@ENGINES
def test_not_utf_8(results: dict[str, validate.Result], engine: str) -> None:
    assert found(results[engine], "broken-latin-1") == [("manifest-syntax", 7, 1)]


def test_both_engines_say_the_same(results: dict[str, validate.Result]) -> None:
    assert results["kubeconform"].diagnostics == results["built-in"].diagnostics
    assert results["kubeconform"].checked == results["built-in"].checked
    assert len(results["built-in"].checked) == 5


def test_the_engine_is_named(results: dict[str, validate.Result]) -> None:
    assert results["kubeconform"].engine == "kubeconform 0.8.0"
    assert results["built-in"].engine == "built-in (jsonschema-rs)"


def only(tmp_path: Path, text: str, versions: tuple[str, ...] = ("1.35",)) -> validate.Result:
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    return validate.validate(tmp_path, tmp_path, versions, None)


def test_words(tmp_path: Path) -> None:
    (each,) = only(tmp_path, broken("unknown-field")).diagnostics
    assert each.message == "`spec.backofLimit` of Job a is not a known field"
    assert each.help.startswith("write `backoffLimit`:")
    assert (each.position.end_line, each.position.end_column) == (7, 14)


def test_a_secret_is_not_repeated(tmp_path: Path) -> None:
    text = JOB.replace("image: goose:3", "image: 1\n          imagePullPolicy: postgres://u:hunter2@h/")
    result = only(tmp_path, text.replace("cpu: 1", "cpu: 'postgres://u:hunter2@h/'"))
    assert len(result.diagnostics) == 3
    assert "hunter2" not in str(result)


def test_the_versions_that_differ_are_named(tmp_path: Path) -> None:
    text = JOB.replace(
        "      restartPolicy", "      tolerations: [{key: a, operator: Lt}]\n      restartPolicy"
    )
    (each,) = only(tmp_path, text, ()).diagnostics
    assert each.message.endswith("not one of Exists, Equal (Kubernetes 1.33.0, 1.34.0)")


@pytest.mark.parametrize("wanted", ["1.35", "v1.35", "1.35.0", "1.35.7"])
def test_a_version_as_people_write_it(tmp_path: Path, wanted: str) -> None:
    assert [each.kubernetes for each in only(tmp_path, JOB, (wanted,)).checked] == ["1.35.0"]


def test_a_version_without_schemas(tmp_path: Path) -> None:
    with pytest.raises(GenError, match=r"no schemas for Kubernetes '1\.20'") as raised:
        only(tmp_path, JOB, ("1.20",))
    assert "1.35" in raised.value.help


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("case", ["absent", "file", "empty", "without-objects"])
def test_nothing_to_check_is_no_success(tmp_path: Path, case: str, binary: bool) -> None:
    folder = tmp_path / "out"
    if case == "file":
        folder.write_text("", encoding="utf-8")
    elif case != "absent":
        folder.mkdir()
    if case == "without-objects":
        (folder / "a.yaml").write_text("# nothing\n", encoding="utf-8")
    result = validate.validate(tmp_path, folder, [], programs.path("kubeconform") if binary else None)
    assert [(each.rule, each.position.path) for each in result.diagnostics] == [("manifest-missing", "out")]


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "b.yaml")
    (tmp_path / "c.yaml").symlink_to("nowhere")
    found = only(tmp_path, JOB).diagnostics
    assert [(each.rule, each.position.path) for each in found] == [
        ("manifest-syntax", "b.yaml"),
        ("manifest-syntax", "c.yaml"),
    ]


def test_a_program_that_is_not_kubeconform(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(JOB, encoding="utf-8")
    with pytest.raises(GenError, match="does not answer as kubeconform does"):
        validate.validate(tmp_path, tmp_path, ["1.35"], Path("/bin/true"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: " + "[" * 100_000, "nested more than 200 levels"),
        ("a: &a [x, x, x, x, x, x, x, x, x, x]\n"
         + "".join(f"{n}: &{n} [{', '.join([f'*{m}'] * 10)}]\n" for m, n in pairwise("abcdefg")),
         "aliases expand to more than"),
        ("a: &a {b: *a}", "there is no anchor &a"),
        ("a: .inf", "can't be written as JSON"),
        ("? {a: b}\n: c", "a key is not a string"),
        ("~: c", "a key is not a string but null"),
        ("a: 1\r---\rb: 2", "a second document without"),
    ],
)  # fmt: skip
def test_hostile_yaml(text: str, message: str) -> None:
    read, errors = documents.read(text.encode())
    assert read == []
    assert [message in str(each) for each in errors] == [True]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("y", True), ("OFF", False), ("0o14", 12), ("0b11", 3), ("-0x1F", -31),
        ("+1_000", 1000), ("09", 9), (".5", 0.5), ("1.", 1), ("1e400", "1e400"), ("nO", "nO"),
        ("1.2.3", "1.2.3"), ("-", "-"), ("_1", "_1"), ("12:30:45", "12:30:45"),
    ],
)  # fmt: skip
def test_scalars_as_go_yaml_reads_them(text: str, value: object) -> None:
    assert nodes.scalar(text) == value
    assert type(nodes.scalar(text)) is type(value)
    assert nodes.scalar(text, plain=False) == text
