"""The text of `gen argocd`, read back as YAML."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from generator import argocd
from generator.diagnostics import GenError
from tests.support import programs

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Service:
    name: str
    namespace: str


AUTH = Service("auth-service", "auth")
BILLING = Service("billing", "billing")
GOOD: dict[str, Any] = {"repository": "https://git.example.com/org/deploy.git", "revision": "main"}


def documents(text: str) -> list[Any]:
    return list(YAML(typ="safe").load_all(text))


def test_the_sources_entry_joins_the_application_and_the_tree() -> None:
    (patch,) = documents(argocd.sources([AUTH], argocd.target(**GOOD)))
    assert patch == {
        "metadata": {
            "annotations": {
                "argocd.argoproj.io/manifest-generate-paths": "/apps/auth-service;/out/auth-service"
            }
        },
        "spec": {
            "sources": [
                {"repoURL": GOOD["repository"], "targetRevision": "main", "path": "apps/auth-service"},
                {"repoURL": GOOD["repository"], "targetRevision": "main", "path": "out/auth-service"},
            ]
        },
    }


def test_each_service_has_its_own_document_and_the_order_of_the_input_does_not_matter() -> None:
    target = argocd.target(**GOOD)
    text = argocd.sources([BILLING, AUTH], target)
    assert text == argocd.sources([AUTH, BILLING], target)
    assert [each["spec"]["sources"][1]["path"] for each in documents(text)] == [
        "out/auth-service",
        "out/billing",
    ]


def test_the_application_set_has_one_application_for_each_service() -> None:
    text = argocd.application_set(
        [BILLING, AUTH], argocd.target(**GOOD, application_path="k8s/{service}/base")
    )
    project, applications = documents(text)
    assert project["kind"] == "AppProject"
    assert applications["spec"]["generators"] == [
        {
            "list": {
                "elements": [
                    {"service": "auth-service", "namespace": "auth"},
                    {"service": "billing", "namespace": "billing"},
                ]
            }
        }
    ]
    assert applications["spec"]["goTemplateOptions"] == ["missingkey=error"]
    template = applications["spec"]["template"]
    assert template["spec"]["project"] == project["metadata"]["name"]
    assert [each["path"] for each in template["spec"]["sources"]] == [
        "k8s/{{ .service }}/base",
        "out/{{ .service }}",
    ]
    assert template["metadata"]["annotations"] == {
        "argocd.argoproj.io/manifest-generate-paths": "/k8s/{{ .service }}/base;/out/{{ .service }}"
    }


def test_the_project_allows_the_trees_kinds_in_the_services_namespaces_and_no_cluster_kind() -> None:
    project, _ = documents(argocd.application_set([AUTH, BILLING], argocd.target(**GOOD)))
    allowed = {each["kind"] for each in project["spec"]["namespaceResourceWhitelist"]}
    assert allowed == {
        "AlertmanagerConfig",
        "ConfigMap",
        "Deployment",
        "Job",
        "PrometheusRule",
        "Role",
        "RoleBinding",
        "Service",
        "ServiceAccount",
    }
    assert "clusterResourceWhitelist" not in project["spec"]
    assert [each["namespace"] for each in project["spec"]["destinations"]] == ["auth", "billing"]


def test_a_standalone_application_has_one_source_and_says_that_it_gates_nothing() -> None:
    target = argocd.target(**GOOD)
    (application,) = documents(argocd.standalone([AUTH], target))
    assert application["metadata"]["name"] == "auth-service-migrations"
    assert application["spec"]["source"]["path"] == "out/auth-service"
    assert "auth-service" in argocd.standalone_warning([AUTH])
    assert "nothing is gated" in argocd.standalone_warning([AUTH])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"repository": "https://bot:token@git.example.com/org/deploy.git"}, "carries a credential"),
        ({"repository": "https://token@git.example.com/org/deploy.git"}, "carries a credential"),
        ({"repository": "https://git.example.com/{{ .x }}"}, "a brace"),
        ({"revision": ""}, "is empty"),
        ({"application_path": "apps/all"}, "the same for every service"),
        ({"application_path": "out/{service}"}, "the tree's own"),
        ({"application_path": "/apps/{service}"}, "not a path inside"),
        ({"application_path": "apps/{service};/"}, "not a path inside"),
        ({"out": "../out"}, "not a path inside"),
    ],
)
def test_a_value_that_argo_cd_would_misread_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(GenError, match=message):
        argocd.target(**{**GOOD, **change})


def test_one_service_may_have_any_path() -> None:
    target = argocd.target(**GOOD, application_path="deploy/k8s", several=False)
    (patch,) = documents(argocd.sources([AUTH], target))
    assert [each["path"] for each in patch["spec"]["sources"]] == ["deploy/k8s", "out/auth-service"]


def test_argo_cds_own_project_is_never_replaced() -> None:
    with pytest.raises(GenError, match="own project `default`"):
        argocd.application_set([AUTH], argocd.target(**GOOD, project="default"))


@pytest.mark.parametrize("text", ["no", "1.10", "0x1F", "2026-01-01", "a: b", "#main", 'quote"d', "naïve"])
def test_a_revision_stays_a_string(text: str) -> None:
    target = argocd.Target(
        argocd.Source("r", text, "out/{service}"), argocd.Source("r", text, "apps/{service}"), "p", "argocd"
    )
    (patch,) = documents(argocd.sources([AUTH], target))
    assert [each["targetRevision"] for each in patch["spec"]["sources"]] == [text, text]


@pytest.mark.parametrize("make", [argocd.application_set, argocd.standalone])
def test_the_objects_are_valid_against_argo_cds_own_definitions(make: Any, tmp_path: Path) -> None:
    path = tmp_path / "argocd.yaml"
    path.write_text(make([AUTH, BILLING], argocd.target(**GOOD)), "utf-8")
    ran = subprocess.run(
        [
            programs.path("kubeconform"),
            "-strict",
            "-schema-location",
            f"{ROOT}/schemas/crds/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json",
            path,
        ],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
