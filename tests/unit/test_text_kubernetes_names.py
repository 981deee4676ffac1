"""Names at Kubernetes', PostgreSQL's and Prometheus' limits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from generator.text import kubernetes_names as names

Check = Callable[[str], str | None]

GOOD: list[tuple[Check, list[str]]] = [
    (names.dns_label, ["a", "0", "auth-service", "a" * 63, "a--b", "1-2"]),
    (names.dns_subdomain, ["a", "a.b", "auth-service-db", "a" * 253, "a.b-c.0"]),
    (names.label_key, ["a", "A_b.c-d", "example.com/team", "a" * 63, "a" * 253 + "/" + "b" * 63]),
    (names.annotation_key, ["a", "Example.COM/team"]),
    (names.label_value, ["", "a", "A_b.c-d", "0", "a" * 63]),
    (names.data_key, ["a", ".env", "_", "connection-string", "A.b_c-d", "a" * 253, "a..b"]),
    (names.environment_name, ["A", "_a1", "PGHOST"]),
    (names.service_account, ["migration-runner", "a.b"]),
    (
        names.postgres_table,
        ["goose_db_version", "app.goose_db_version", "_a", "a" * 63, f"{'a' * 63}.{'b' * 63}"],
    ),
    (names.rbac_group, ["ops", "oidc:team-a", "CN=Ops,OU=IT", "Datenbank-Ärzte", "systems:ops", "/team/x"]),
    (names.prometheus_label_name, ["a", "_a", "Team_1"]),
]

BAD: list[tuple[Check, list[str]]] = [
    (names.dns_label, ["", "-a", "a-", "A", "a_b", "a.b", "a" * 64, "a\n", "é", "a b", "\u0661"]),
    (names.dns_subdomain, ["", ".a", "a.", "a..b", "A.b", "a_b", "a" * 254, "a.b\n", "-a.b", "a-.b"]),
    (
        names.label_key,
        ["", "/a", "a/", "a/b/c", "-a", "a_", "A.com/b", "a" * 64, "a" * 254 + "/b", "a b", "a\n"],
    ),
    (names.annotation_key, ["", "a/b/c", "-a"]),
    (names.label_value, ["-a", "a-", "a b", "a" * 64, "a\n", "a/b", "é"]),
    (names.data_key, ["", ".", "..", "..a", "a/b", "a b", "a" * 254, "a\n", "é"]),
    (names.environment_name, ["", "1A", "A-B", "A.B", "A=B", "A\n", "É"]),
    (names.service_account, ["", "Migration"]),
    (
        names.postgres_table,
        [
            "",
            ".",
            "a.",
            ".a",
            "a.b.c",
            "A",
            '"a"',
            "a b",
            "a;b",
            "a'b",
            "1a",
            "a-b",
            "a$",
            "a" * 64,
            "a\n",
            "ä",
            "user",
            "table",
            "select",
            "app.order",
            "pg_catalog.x",
            "information_schema.x",
        ],
    ),
    (
        names.rbac_group,
        [
            "",
            " a",
            "a ",
            "a\nb",
            "a\u202eb",
            "*",
            "team-*",
            "a" * 257,
            "system:masters",
            "system:authenticated",
            "system:unauthenticated",
            "System:Masters",
            "system:nodes",
        ],
    ),
    (names.rbac_group, ["system:masters", "system:authenticated", "system:unauthenticated"]),
    (names.rbac_group, ["System:Masters", "system:nodes", "system:serviceaccounts"]),
    (names.prometheus_label_name, ["", "1a", "a-b", "a.b", "__name__", "a\n", "é"]),
]


@pytest.mark.parametrize(("check", "text"), [(check, text) for check, texts in GOOD for text in texts])
def test_a_name_that_is_accepted(check: Check, text: str) -> None:
    assert check(text) is None


@pytest.mark.parametrize(("check", "text"), [(check, text) for check, texts in BAD for text in texts])
def test_a_name_that_is_refused(check: Check, text: str) -> None:
    problem = check(text)
    assert problem is not None
    assert problem.isascii()
    assert problem[0] == "`" or problem[0].islower()
    assert len(problem) < 250


def test_capital_letters_get_a_hint() -> None:
    assert "`auth-service`" in str(names.dns_label("Auth_Service"))
