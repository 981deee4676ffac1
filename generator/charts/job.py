"""The Job that runs goose: as often, as long and as alone as it may."""

from __future__ import annotations

from collections.abc import Sequence

from cdk8s_plus_36 import k8s
from constructs import Construct

from generator import conventions, model
from generator.charts import config_map, metadata, pod

# goose exits with 2 for what no further attempt can mend: a bad flag, or Go's panic on two files of one version.
HOPELESS_EXIT_CODE = 2


def add(scope: Construct, service: model.Service, parts: Sequence[config_map.Part]) -> None:
    """`parts` are the service's ConfigMaps."""
    limits = service.limits
    k8s.KubeJob(
        scope,
        "job",
        metadata=_metadata(service),
        spec=k8s.JobSpec(
            # goose's command line takes no lock: two runs at once would apply a migration twice.
            parallelism=1,
            completions=1,
            pod_replacement_policy="Failed",
            backoff_limit=limits.retries,
            # A missing image or ServiceAccount, or a wait for a lock, never fails a Job otherwise.
            active_deadline_seconds=limits.deadline,
            ttl_seconds_after_finished=limits.ttl,
            suspend=True if service.suspend else None,
            pod_failure_policy=_failure_policy(service),
            template=k8s.PodTemplateSpec(metadata=_pod_metadata(service), spec=pod.spec(service, parts)),
        ),
    )


def _metadata(service: model.Service) -> k8s.ObjectMeta:
    """The Job is a hook in both designs; `Skip` keeps a suspended one out of the cluster."""
    sync = service.sync
    annotations = {
        conventions.HOOK: "Skip" if service.suspend else service.hook,
        conventions.HOOK_DELETE_POLICY: ",".join(each.value for each in sync.delete_policies),
        conventions.SYNC_WAVE: str(sync.job_wave),
    }
    return metadata.tracked(service, service.job, annotations)


def _pod_metadata(service: model.Service) -> k8s.ObjectMeta:
    runner = service.runner
    return k8s.ObjectMeta(
        labels={**metadata.labels(service), **runner.pod_labels},
        annotations=dict(runner.pod_annotations) or None,
    )


def _failure_policy(service: model.Service) -> k8s.PodFailurePolicy:
    """Gives up at once where a retry is hopeless, and does not count a drained node as a failed attempt.

    The first rule that matches decides. goose handles no signal: as the pod's first process it exits with 2 when
    the kubelet ends it, so that of a drained node comes first.
    """
    return k8s.PodFailurePolicy(
        rules=[
            k8s.PodFailurePolicyRule(
                action="Ignore",
                on_pod_conditions=[
                    k8s.PodFailurePolicyOnPodConditionsPattern(type="DisruptionTarget", status="True")
                ],
            ),
            k8s.PodFailurePolicyRule(
                action="FailJob",
                on_exit_codes=k8s.PodFailurePolicyOnExitCodesRequirement(
                    # The steps of a rollback are containers of their own.
                    container_name=conventions.container(service.version) if service.pin is None else None,
                    operator="In",
                    values=[HOPELESS_EXIT_CODE],
                ),
            ),
        ]
    )
