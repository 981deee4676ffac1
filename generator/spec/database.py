"""The database and its Secret, as services.yaml writes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, model_validator

from generator.model import ManagedBy
from generator.spec.fields import DataKey, Days, Milliseconds, ObjectName, failure
from generator.spec.parts import Date, Strict, enumerated


class Timeouts(Strict):
    lock_timeout: Milliseconds | None = None
    """How long a statement waits for a lock. `0s` for ever. Default: 10s."""
    statement_timeout: Milliseconds | None = None
    """How long a statement may run. `0s` for ever. Default: the Job's `timeout`."""
    session_parameters: bool | None = None
    """Send the time limits as session parameters. `false` behind a pooler that refuses them. Default: true."""


class SecretKeys(Strict):
    host: DataKey
    """The key with the host's name: PGHOST."""
    port: DataKey | None = None
    """The key with the port: PGPORT. Default: none, which is port 5432."""
    user: DataKey
    """The key with the role's name: PGUSER."""
    password: DataKey
    """The key with the password: PGPASSWORD."""
    database: DataKey
    """The key with the database's name: PGDATABASE."""


class Rotation(Strict):
    period: Days
    """How often the credentials have to change, e.g. `90d`."""
    last: Date
    """The day on which they last did, e.g. `2026-01-31`."""


class Secret(Strict):
    """The database Secret: exactly one of `key` and `keys`."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["key"]}, {"required": ["keys"]}]})

    name: ObjectName
    """The Secret's name, in the service's namespace."""
    key: DataKey | None = None
    """The key that holds the whole DSN."""
    keys: SecretKeys | None = None
    """The keys that hold host, port, user, password and database."""
    managed_by: Annotated[ManagedBy, enumerated(ManagedBy)] | None = None
    """external (the default): there before the application syncs. application: part of the same application."""
    rotation: Rotation | None = None
    """Alerts when the credentials are older than they should be."""

    @model_validator(mode="after")
    def _one(self) -> Secret:
        if (self.key is None) == (self.keys is None):
            raise failure(
                "spec-secret-keys",
                "the Secret needs exactly one of `key` and `keys`",
                "write `key: <key with the DSN>`, or `keys:` with host, user, password, database and perhaps port",
            )
        return self


def _driver(value: Any) -> Any:
    if value != "postgres":
        raise failure(
            "database-driver",
            f"the driver {value!r} is not supported: gen migrates PostgreSQL only",
            "write `driver: postgres`, or leave it out",
        )
    return value


class Database(Timeouts):
    driver: Annotated[Literal["postgres"], BeforeValidator(_driver)] = "postgres"
    """PostgreSQL is the only one."""
    secret: Secret
    """Where the connection comes from: always a reference, never a value."""
