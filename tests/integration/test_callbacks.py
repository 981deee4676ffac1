"""The AlertmanagerConfig of a service: there, valid, and tracked only where somebody wants to hear of alerts."""

from __future__ import annotations

from typing import Any

import pytest
from ruamel.yaml import YAML

from generator import model, verification
from generator.charts import tree
from generator.monitoring import routing
from tests.support import models

FILE = "alertmanagerconfig.yaml"
URLS = ("https://hooks.example.com/a", "https://hooks.example.com/b?team=dba&x=%20")


def rendered(service: model.Service) -> dict[str, bytes]:
    made = tree.render([service])
    verification.demand_valid(made)
    return made[service.name]


def test_the_object_is_tracked_and_found_by_the_labels_of_the_rules() -> None:
    labels = {"release": "kube-prometheus-stack", "alertmanager": "main"}
    service = models.service(callback_urls=URLS, alerts=models.alerts(rule_labels=labels))
    config: Any = YAML(typ="safe").load(rendered(service)[FILE])
    metadata = config["metadata"]
    assert (config["apiVersion"], config["kind"]) == ("monitoring.coreos.com/v1alpha1", "AlertmanagerConfig")
    assert (metadata["name"], metadata["namespace"]) == ("auth-service-migration", "auth")
    assert metadata["labels"].items() >= labels.items()
    assert "annotations" not in metadata
    assert config["spec"] == routing.spec(service)
    assert [each["url"] for each in config["spec"]["receivers"][0]["webhookConfigs"]] == list(URLS)


@pytest.mark.parametrize(
    "service",
    [models.service(), models.service(callback_urls=URLS, alerts=models.alerts(enabled=False))],
    ids=["no addresses", "no alerts"],
)
def test_there_is_none_where_there_is_nothing_to_send(service: model.Service) -> None:
    assert FILE not in rendered(service)


def test_callbacks_change_no_hook() -> None:
    """Whoever adds an address must not run the Job again: the digest over the hooks stays."""
    without, sending = rendered(models.service()), rendered(models.service(callback_urls=URLS))
    assert sending.keys() - without.keys() == {FILE}
    assert {name: sending[name] for name in without} == without
