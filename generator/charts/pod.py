"""The pod that runs goose: no credential in an argument, exactly this commit's SQL or nothing, and a shell only
where the Job reports to a Pushgateway."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cdk8s_plus_36 import k8s

from generator import conventions, model
from generator.charts import config_map

CONNECT_TIMEOUT_S = 10
_EXPANDED = re.compile(r"\$(?=[$(])")


def spec(service: model.Service, parts: Sequence[config_map.Part]) -> k8s.PodSpec:
    runner = service.runner
    *before, last = steps(service)
    return k8s.PodSpec(
        restart_policy="Never",
        service_account_name=conventions.service_account(service.name),
        automount_service_account_token=False,
        # Variables such as PGHOST must come from us, not from a Service that happens to be called so.
        enable_service_links=False,
        security_context=k8s.PodSecurityContext(
            run_as_non_root=True,
            run_as_user=runner.user,
            run_as_group=runner.user,
            seccomp_profile=k8s.SeccompProfile(type="RuntimeDefault"),
        ),
        image_pull_secrets=[k8s.LocalObjectReference(name=each) for each in runner.image_pull_secrets]
        or None,
        node_selector=dict(runner.node_selector) or None,
        tolerations=[_toleration(each) for each in runner.tolerations] or None,
        init_containers=[_container(service, each) for each in before] or None,
        containers=[_container(service, last)],
        volumes=_volumes(service, parts),
    )


def _toleration(wanted: model.Toleration) -> k8s.Toleration:
    return k8s.Toleration(
        key=wanted.key,
        operator=wanted.operator,
        value=wanted.value,
        effect=wanted.effect,
        toleration_seconds=wanted.toleration_seconds,
    )


def _is_in_image(service: model.Service) -> bool:
    return service.source is model.MigrationSource.IMAGE


def _mount(service: model.Service) -> tuple[str, str]:
    """The volume that gen fills, and where it is: the migrations, or what is left without them."""
    return (
        ("session", conventions.SESSION_MOUNT) if _is_in_image(service) else ("migrations", conventions.MOUNT)
    )


@dataclass(frozen=True, slots=True)
class Step:
    """A container by its name, and goose's arguments in it. Of several, only the last one reports a success."""

    name: str
    arguments: tuple[str, ...]
    is_last: bool = False


def steps(service: model.Service) -> tuple[Step, ...]:
    """What runs, one after the other: `up`, or down and up to the version at which the service is pinned.

    Each of the two does nothing where it does not apply. goose goes by the newest *applied* version, so both may
    end well with a newer one still applied (out of order): that is what is asserted behind them.
    """
    name = conventions.container(service.version)
    if service.pin is None:
        return (Step(name, _arguments(service, _directory(service), "up"), is_last=True),)
    target = str(service.pin.version)
    directory = _directory(service)
    found = [
        Step(conventions.ASSERT_BEFORE, _asserting(service, conventions.ASSERT_BEFORE)),
        Step("down-to", _arguments(service, directory, "down-to", target)),
    ]
    if service.pin.version:
        # goose refuses `up-to 0`.
        found.append(Step("up-to", _arguments(service, directory, "up-to", target)))
    return (*found, Step(name, _asserting(service, conventions.ASSERT_AFTER), is_last=True))


def _directory(service: model.Service) -> str:
    return service.image_directory if _is_in_image(service) else conventions.MOUNT


def _asserting(service: model.Service, key: str) -> tuple[str, ...]:
    """`-no-versioning` runs any SQL and leaves the version table alone."""
    return _arguments(service, f"{conventions.ASSERTIONS}/{key}", "-no-versioning", "up")


def _arguments(service: model.Service, directory: str, *command: str) -> tuple[str, ...]:
    """Flags stand before the command; GOOSE_TABLE as a variable needs v3.24.3."""
    return (f"-dir={directory}", f"-table={service.table}", f"-timeout={service.limits.timeout}s", *command)


def _command(service: model.Service, step: Step) -> list[str]:
    """Without a Pushgateway no shell is used."""
    shell = ["/bin/sh", f"{_mount(service)[1]}/{conventions.REPORTER}"] if service.pushgateway else []
    return [*shell, "goose", *step.arguments]


def _reporting(service: model.Service, step: Step) -> list[k8s.EnvVar]:
    """What the shell script reads: nothing is ever put into its text."""
    if service.pushgateway is None:
        return []
    group = f"{conventions.PUSH_JOB}/namespace/{service.namespace}/service/{service.name}"
    return [
        _plain("GEN_PUSH_URL", _unexpanded(f"{service.pushgateway}/metrics/job/{group}")),
        _plain("GEN_REPORT", "always" if step.is_last else "failure"),
        _plain("GEN_TABLE", service.table),
        _plain("GEN_VERSION", str(service.version)),
    ]


def _container(service: model.Service, step: Step) -> k8s.Container:
    volume, mount = _mount(service)
    mounts = [k8s.VolumeMount(name=volume, mount_path=mount, read_only=True)]
    if service.pin is not None:
        mounts.append(k8s.VolumeMount(name="assertions", mount_path=conventions.ASSERTIONS, read_only=True))
    if service.runner.ca_bundle is not None:
        mounts.append(k8s.VolumeMount(name="ca-bundle", mount_path=conventions.CA_MOUNT, read_only=True))
    return k8s.Container(
        name=step.name,
        image=service.runner.image,
        image_pull_policy="IfNotPresent",
        command=_command(service, step),
        # goose reads `.env` of its working directory: a directory that holds what we put there, and nothing else.
        working_dir=mount,
        env=[*_environment(service), *_reporting(service, step)],
        resources=k8s.ResourceRequirements(
            requests=_quantities(service.runner.resources.requests),
            limits=_quantities(service.runner.resources.limits),
        ),
        security_context=k8s.SecurityContext(
            allow_privilege_escalation=False,
            read_only_root_filesystem=True,
            capabilities=k8s.Capabilities(drop=["ALL"]),
        ),
        # `kubectl describe pod` then shows why it failed.
        termination_message_policy="FallbackToLogsOnError",
        volume_mounts=mounts,
    )


def _quantities(amounts: object) -> dict[str, k8s.Quantity] | None:
    assert isinstance(amounts, dict)
    return {name: _quantity(amount) for name, amount in amounts.items()} or None


@functools.cache
def _quantity(amount: str) -> k8s.Quantity:
    """One message to Node for all services that want the same."""
    return k8s.Quantity.from_string(amount)


def _environment(service: model.Service) -> list[k8s.EnvVar]:
    secret = service.database.secret
    variables = [_plain("GOOSE_DRIVER", "postgres")]
    if secret.keys is None:
        assert secret.dsn_key is not None
        variables.append(_from_secret("GOOSE_DBSTRING", secret.name, secret.dsn_key))
    else:
        # goose wants a DSN that is not empty; the rest comes from the PG* variables.
        variables.append(_plain("GOOSE_DBSTRING", f"application_name={service.job}"))
        parts = {
            "PGHOST": secret.keys.host,
            "PGPORT": secret.keys.port,
            "PGUSER": secret.keys.user,
            "PGPASSWORD": secret.keys.password,
            "PGDATABASE": secret.keys.database,
        }
        variables += [_from_secret(name, secret.name, key) for name, key in parts.items() if key is not None]
    variables += [_plain("PGAPPNAME", service.job), _plain("PGCONNECT_TIMEOUT", str(CONNECT_TIMEOUT_S))]
    if service.database.session_parameters:
        variables += [
            _plain("PGSERVICE", conventions.SERVICE_SECTION),
            _plain("PGSERVICEFILE", f"{_mount(service)[1]}/{conventions.SERVICE_FILE}"),
        ]
    bundle = service.runner.ca_bundle
    if bundle is not None:
        variables.append(_plain("PGSSLROOTCERT", f"{conventions.CA_MOUNT}/{bundle.key}"))
    return variables + [_extra(each) for each in service.runner.env]


def _plain(name: str, value: str) -> k8s.EnvVar:
    return k8s.EnvVar(name=name, value=value)


def _from_secret(name: str, secret: str, key: str) -> k8s.EnvVar:
    selector = k8s.SecretKeySelector(name=secret, key=key)
    return k8s.EnvVar(name=name, value_from=k8s.EnvVarSource(secret_key_ref=selector))


def _extra(variable: model.EnvVar) -> k8s.EnvVar:
    if variable.secret is not None:
        return _from_secret(variable.name, variable.secret.name, variable.secret.key)
    if variable.config_map is not None:
        selector = k8s.ConfigMapKeySelector(name=variable.config_map.name, key=variable.config_map.key)
        return k8s.EnvVar(name=variable.name, value_from=k8s.EnvVarSource(config_map_key_ref=selector))
    return _plain(variable.name, _unexpanded(variable.value or ""))


def _unexpanded(text: str) -> str:
    """Kubernetes expands $(NAME) in a value, a Secret's too, and takes `$$` for an escaped `$`
    (third_party/forked/golang/expansion)."""
    return _EXPANDED.sub("$$", text)


def _volumes(service: model.Service, parts: Sequence[config_map.Part]) -> list[k8s.Volume]:
    volumes = [_files(service, parts)]
    if service.pin is not None:
        volumes.append(_assertions(parts[0]))
    bundle = service.runner.ca_bundle
    if bundle is not None:
        items = [k8s.KeyToPath(key=bundle.key, path=bundle.key)]
        source = k8s.ConfigMapVolumeSource(name=bundle.name, items=items, default_mode=0o444)
        volumes.append(k8s.Volume(name="ca-bundle", config_map=source))
    return volumes


def _assertions(part: config_map.Part) -> k8s.Volume:
    """A directory for each, where goose finds one file. The volume with the migrations guards the content."""
    keys = (conventions.ASSERT_BEFORE, conventions.ASSERT_AFTER)
    items = [k8s.KeyToPath(key=each, path=f"{each}/1_{each}.sql") for each in keys]
    source = k8s.ConfigMapVolumeSource(name=part.name, items=items, default_mode=0o444)
    return k8s.Volume(name="assertions", config_map=source)


def _files(service: model.Service, parts: Sequence[config_map.Part]) -> k8s.Volume:
    """All parts in one directory; an empty one where there is nothing to mount, for goose to stand in."""
    name, _ = _mount(service)
    if not parts:
        return k8s.Volume(name=name, empty_dir=k8s.EmptyDirVolumeSource())
    wholes, guards = [_whole(each) for each in parts], [_guard(each) for each in parts]
    # The kubelet fetches each source anew. Behind its guard, a part can only be newer than what passed it. A
    # service of one part keeps the order that its Job always had.
    sources = [*wholes, *guards] if len(parts) == 1 else [*guards, *wholes]
    projected = k8s.ProjectedVolumeSource(default_mode=0o444, sources=sources)
    return k8s.Volume(name=name, projected=projected)


def _whole(part: config_map.Part) -> k8s.VolumeProjection:
    return k8s.VolumeProjection(config_map=k8s.ConfigMapProjection(name=part.name))


def _guard(part: config_map.Part) -> k8s.VolumeProjection:
    """Asks for a key that only this commit's ConfigMap has: on any other content the kubelet refuses to start
    the pod."""
    items = [k8s.KeyToPath(key=part.key, path=part.key)]
    return k8s.VolumeProjection(config_map=k8s.ConfigMapProjection(name=part.name, items=items))
