"""The commands that several sections need, each for one service, quoted for a shell."""

from __future__ import annotations

import shlex

from generator import conventions, model
from generator.runbook import markdown


def typed(*words: str) -> str:
    """Words as a shell takes them apart again, in a block of their own."""
    return markdown.sh(shlex.join(words))


def kubectl(service: model.Service, *words: str) -> str:
    return markdown.sh(kubectl_line(service, *words))


def kubectl_line(service: model.Service, *words: str) -> str:
    return shlex.join(["kubectl", "--namespace", service.namespace, *words])


def argocd(service: model.Service, *words: str) -> str:
    """Of the Application, which `gen argocd` calls like the service."""
    verb, *rest = words
    return typed("argocd", "app", verb, service.name, *rest)


def selector(service: model.Service) -> str:
    """The pods of the Job."""
    return f"--selector=batch.kubernetes.io/job-name={service.job}"


def job(service: model.Service) -> str:
    return kubectl(service, "describe", "job", service.job)


def pods(service: model.Service) -> str:
    return kubectl(service, "describe", "pods", selector(service))


def logs(service: model.Service) -> str:
    return kubectl(service, "logs", selector(service), "--all-containers", "--prefix", "--tail=-1")


def release(service: model.Service) -> str:
    """What Git expects, without the SQL of the guard that is in the object too."""
    columns = (
        "VERSION:.data.version,MIGRATIONS:.data.migrations,PINNED:.data.pinned,SUSPENDED:.data.suspended"
    )
    name = conventions.release_config_map(service.name)
    return kubectl(service, "get", "configmap", name, f"--output=custom-columns={columns}")


def secret_value(service: model.Service, variable: str, key: str) -> str:
    """Reads one key of the Secret into a variable: it is in no argument of a program and on no screen."""
    template = f'{{{{index .data "{key}" | base64decode}}}}'
    secret = service.database.secret.name
    line = kubectl_line(service, "get", "secret", secret, f"--output=go-template={template}")
    return markdown.sh(f'{variable}="$({line})"')


def goose(service: model.Service, *words: str) -> str:
    """goose on a machine of one's own. It would read `.env` of the working directory."""
    flags = ("-env=none", f"-dir={service.migrations_directory}", f"-table={service.table}")
    return typed("goose", *flags, *words)
