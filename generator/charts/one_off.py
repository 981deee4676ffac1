"""A Job that somebody runs once, by hand, derived from the service's real one: image, connection, limits and
security context can't drift apart.

It is no hook and carries nothing of Argo CD's: no sync may ever repeat it.
"""

from __future__ import annotations

from typing import Any

from generator import model


def job(real: dict[str, Any], service: model.Service, name: str, pod: dict[str, Any]) -> dict[str, Any]:
    """The real Job under another name; `pod` replaces parts of its pod's spec."""
    spec, template = dict(real["spec"]), real["spec"]["template"]
    # A suspended service may well need it. A second attempt would hide the log of the first.
    for absent in ("suspend", "podFailurePolicy"):
        spec.pop(absent, None)
    spec["backoffLimit"] = 0
    own = {**template["spec"], **pod}
    # A hook, which need not be there. No token is mounted, so any other will do.
    own.pop("serviceAccountName", None)
    return {
        "apiVersion": real["apiVersion"],
        "kind": real["kind"],
        "metadata": {
            "labels": real["metadata"]["labels"],
            "name": name,
            "namespace": service.namespace,
        },
        "spec": {**spec, "template": {**template, "spec": own}},
    }
