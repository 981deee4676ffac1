"""The kinds of text that services.yaml may hold, each with its rule.

A rule's id is the type of the pydantic error, its help travels in the error's context, so that
`errors.py` can turn every error into a diagnostic without knowing any rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from generator import conventions
from generator.text import durations, images, kubernetes_names, quantities, urls
from generator.text.problem import Problem


def failure(rule: str, message: str, help: str) -> PydanticCustomError:
    """An error that `errors.py` shows as it stands."""
    # The texts go through the context: braces in them must not be read as a template.
    return PydanticCustomError(rule, "{message}", {"message": message, "help": help})


def checked(rule: str, problem: Callable[[str], str | None], help: str) -> AfterValidator:
    """A validator for a text that `problem` finds nothing wrong with."""

    def check(value: str) -> str:
        wrong = problem(value)
        if wrong is not None:
            raise failure(rule, wrong, help)
        return value

    return AfterValidator(check)


def service_name(text: str) -> str | None:
    wrong = kubernetes_names.dns_label(text)
    if wrong is None and len(text) > conventions.MAX_SERVICE_NAME:
        job = conventions.job(text)
        return f"`{text}` is too long: the Job would be `{job}`, {len(job)} characters of at most 63"
    return wrong


_NAME_HELP = "use lower-case letters, digits and `-`, with a letter or digit at both ends"

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"


def _shape(pattern: str, most: int) -> WithJsonSchema:
    """What an editor can check; the validator beside it is what counts."""
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "maxLength": most})


ServiceName = Annotated[
    str,
    _shape(_LABEL, conventions.MAX_SERVICE_NAME),
    checked(
        "name-service",
        service_name,
        f"{_NAME_HELP}, at most {conventions.MAX_SERVICE_NAME} characters (Kubernetes allows a Job's name 63)",
    ),
]
Namespace = Annotated[
    str,
    _shape(_LABEL, conventions.MAX_NAME),
    checked("name-kubernetes", kubernetes_names.dns_label, f"{_NAME_HELP}, at most 63 characters"),
]
ObjectName = Annotated[
    str,
    _shape(rf"{_LABEL}(\.{_LABEL})*", 253),
    checked(
        "name-kubernetes", kubernetes_names.dns_subdomain, f"{_NAME_HELP}; `.` may join parts; at most 253"
    ),
]
DataKey = Annotated[
    str,
    _shape("[-._a-zA-Z0-9]+", 253),
    checked(
        "name-data-key",
        kubernetes_names.data_key,
        "a key of a Secret or ConfigMap has letters, digits, `-`, `_` and `.`, at most 253 characters",
    ),
]
LabelKey = Annotated[
    str,
    checked(
        "name-label",
        kubernetes_names.label_key,
        "a key is `name` or `prefix/name`; the name has at most 63 letters, digits, `-`, `_`, `.`",
    ),
]
AnnotationKey = Annotated[
    str,
    checked(
        "name-label",
        kubernetes_names.annotation_key,
        "a key is `name` or `prefix/name`; the name has at most 63 letters, digits, `-`, `_`, `.`",
    ),
]
LabelValue = Annotated[
    str,
    checked(
        "name-label",
        kubernetes_names.label_value,
        "a label's value has at most 63 letters, digits, `-`, `_` and `.`, a letter or digit at both ends",
    ),
]
AlertLabelName = Annotated[
    str,
    checked(
        "name-alert-label",
        kubernetes_names.prometheus_label_name,
        "a Prometheus label has letters, digits and `_`, and does not start with a digit or `__`",
    ),
]
EnvironmentName = Annotated[
    str,
    checked(
        "name-environment",
        kubernetes_names.environment_name,
        "use letters, digits and `_`, not starting with a digit",
    ),
]
GroupName = Annotated[
    str,
    checked(
        "name-group",
        kubernetes_names.rbac_group,
        "name a group of your identity provider; the system's own groups would open this to everybody",
    ),
]
TableName = Annotated[
    str,
    checked(
        "name-table",
        kubernetes_names.postgres_table,
        "write `table` or `schema.table` in lower-case letters, digits and `_`, each at most 63 characters",
    ),
]
RelativeDirectory = Annotated[str, Field(min_length=1, max_length=1024)]
RelativeFile = Annotated[str, Field(min_length=1, max_length=1024)]
_ABSOLUTE = re.compile(r"(?:/[A-Za-z0-9_][-._A-Za-z0-9]*){1,16}")
_SQL_NAME = re.compile(r"[a-z_][-_a-z0-9]{0,62}")


def _unless(pattern: re.Pattern[str], what: str) -> Callable[[str], str | None]:
    return lambda value: None if pattern.fullmatch(value) else f"{value!r} is {what}"


def _own_role(value: str) -> str | None:
    is_theirs = value.startswith("pg_") or value in ("public", "none", "postgres")
    return f"the role {value!r} is PostgreSQL's own" if is_theirs else None


AbsoluteDirectory = Annotated[
    str,
    checked(
        "spec-value",
        _unless(_ABSOLUTE, "no absolute directory of an image"),
        "write a path such as `/migrations`, of letters, digits, `-`, `_` and `.`",
    ),
]
RoleName = Annotated[
    str,
    checked("spec-value", _own_role, "name only roles of your own: they are made for the rehearsal"),
    checked(
        "spec-value",
        _unless(_SQL_NAME, "no role's name as migrations write it"),
        "write lower-case letters, digits, `_` and `-`, at most 63 of them",
    ),
]
SchemaName = Annotated[
    str,
    checked(
        "spec-value",
        _unless(_SQL_NAME, "no schema's name as migrations write it"),
        "write lower-case letters, digits, `_` and `-`, at most 63 of them",
    ),
]
ExtensionName = Annotated[
    str,
    checked(
        "spec-value",
        _unless(_SQL_NAME, "no extension's name"),
        "write it as `CREATE EXTENSION` does, e.g. `postgis`",
    ),
]


def _duration(value: Any) -> int:
    """Milliseconds of `500ms`, `90s`, `15m`, `1h30m`, `90d`."""
    if not isinstance(value, str):
        raise failure(
            "spec-duration",
            f"a duration is text with a unit, and this is {value!r}",
            "write for example `90s`, `15m`, `1h30m` or `90d`",
        )
    parsed = durations.parse(value)
    if isinstance(parsed, Problem):
        raise failure("spec-duration", parsed.message, parsed.help)
    return parsed


def _text(rule_of: Callable[[str], Problem | None]) -> AfterValidator:
    """A validator for a text whose checker names the rule itself."""

    def check(value: str) -> str:
        wrong = rule_of(value)
        if wrong is not None:
            raise failure(wrong.rule, wrong.message, wrong.help)
        return value

    return AfterValidator(check)


_DURATION_SCHEMA = {
    "type": "string",
    "pattern": "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$",
    "minLength": 2,
}


def _whole_seconds(milliseconds: int) -> int:
    if milliseconds % 1000:
        raise failure(
            "spec-duration",
            f"{durations.render(milliseconds)} is not a whole number of seconds",
            "round it to seconds",
        )
    return milliseconds // 1000


def _whole_days(milliseconds: int) -> int:
    if milliseconds % 86_400_000 or not milliseconds:
        raise failure(
            "spec-duration",
            f"{durations.render(milliseconds)} is not a whole number of days, one or more",
            "write days, for example `90d`",
        )
    return milliseconds // 86_400_000


def _positive(seconds: int) -> int:
    if seconds <= 0:
        raise failure(
            "spec-duration", "a duration of zero would stop everything at once", "write at least `1s`"
        )
    return seconds


Milliseconds = Annotated[int, BeforeValidator(_duration), WithJsonSchema(_DURATION_SCHEMA)]
Seconds = Annotated[Milliseconds, AfterValidator(_whole_seconds), AfterValidator(_positive)]
Days = Annotated[Milliseconds, AfterValidator(_whole_days)]


def _quantity(text: str) -> Problem | None:
    parsed = quantities.parse(text)
    return parsed if isinstance(parsed, Problem) else None


Quantity = Annotated[str, _text(_quantity)]
Image = Annotated[str, _text(images.check)]
Domain = Annotated[str, _text(urls.check_domain)]
