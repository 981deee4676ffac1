"""The identity of the migration's pod: one per service.

Two applications that shared one as a hook would delete each other's (BeforeHookCreation).
"""

from __future__ import annotations

from cdk8s_plus_36 import k8s
from constructs import Construct

from generator import conventions, model
from generator.charts import metadata


def add(scope: Construct, service: model.Service) -> None:
    k8s.KubeServiceAccount(
        scope,
        "service-account",
        metadata=metadata.prerequisite(service, conventions.service_account(service.name)),
        # goose never talks to the Kubernetes API.
        automount_service_account_token=False,
    )
