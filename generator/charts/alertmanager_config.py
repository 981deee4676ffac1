"""The callbacks: Alertmanager's route from this service's alerts to its addresses."""

from __future__ import annotations

import cdk8s
from constructs import Construct

from generator import conventions, model
from generator.charts import metadata
from generator.monitoring import routing


def add(scope: Construct, service: model.Service) -> None:
    """An Alertmanager finds it by the labels by which a Prometheus finds the rules."""
    config = cdk8s.ApiObject(
        scope,
        "alertmanager-config",
        api_version="monitoring.coreos.com/v1alpha1",
        kind="AlertmanagerConfig",
        metadata=cdk8s.ApiObjectMetadata(
            name=conventions.alertmanager_config(service.name),
            namespace=service.namespace,
            labels={**service.alerts.rule_labels, **metadata.labels(service)},
        ),
    )
    # ApiObject takes no field but these.
    config.add_json_patch(cdk8s.JsonPatch.add("/spec", routing.spec(service)))
