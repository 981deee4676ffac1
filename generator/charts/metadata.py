"""The metadata that the objects of a service share: name, namespace, labels, Argo CD's annotations."""

from __future__ import annotations

from collections.abc import Mapping

from cdk8s_plus_36 import k8s

from generator import conventions, model


def labels(service: model.Service) -> dict[str, str]:
    """Of every object. A pin shows in all of them: `kubectl get all --selector migrations.gen/pinned-to`."""
    own = conventions.labels(service.name)
    return own if service.pin is None else {**own, conventions.PIN: str(service.pin.version)}


def tracked(
    service: model.Service, name: str, annotations: Mapping[str, str] | None = None
) -> k8s.ObjectMeta:
    """An object that Argo CD compares with the cluster: a change of it makes the application OutOfSync."""
    return k8s.ObjectMeta(
        name=name,
        namespace=service.namespace,
        labels=labels(service),
        annotations=dict(annotations) if annotations else None,
    )


def prerequisite(
    service: model.Service, name: str, annotations: Mapping[str, str] | None = None
) -> k8s.ObjectMeta:
    """An object that has to be there, in this commit's form, before the Job starts.

    Before a PreSync or a PostSync Job only another PreSync hook can be: any wave of a plain object comes later
    (argo-cd#9891). In the Sync design a plain object of an earlier wave does it.
    """
    wave = {conventions.SYNC_WAVE: str(service.sync.prerequisite_wave)}
    hook = {
        conventions.HOOK: service.hook,
        conventions.HOOK_DELETE_POLICY: model.DeletePolicy.BEFORE_HOOK_CREATION.value,
    }
    is_hook = service.sync.phase is model.Phase.PRE_SYNC
    return tracked(service, name, {**(hook if is_hook else {}), **wave, **(annotations or {})})
