"""What to do about a refusal of the server: the patterns in its English messages that gen knows a way out of."""

from __future__ import annotations

import re

_EXTENSION = "rehearsal-extension-missing"
_ROLE = "rehearsal-role-missing"

# Pattern, rule, help; `{0}` is the name that the pattern found.
_KNOWN = (
    (
        re.compile(r'extension "([^"]+)" is not available|/([^/"]+)\.control"'),
        _EXTENSION,
        "install the extension {0} for the PostgreSQL that rehearses, or give `--database-url` of one that has it",
    ),
    (
        re.compile(r'permission denied to create extension "([^"]+)"'),
        _EXTENSION,
        "list {0} under `rehearsal.extensions` in services.yaml, and have an administrator create it "
        "in the real databases: the migrating role may not",
    ),
    (
        re.compile(r"(permission denied to create role)"),
        _ROLE,
        "have an administrator create roles, not a migration; name it under `rehearsal.roles` in services.yaml",
    ),
    (
        re.compile(r'role "([^"]+)" does not exist'),
        _ROLE,
        "list {0} under `rehearsal.roles` in services.yaml",
    ),
    (
        re.compile(r'must be (?:able to SET ROLE|(?:a )?member of role) "([^"]+)"'),
        _ROLE,
        "list {0} under `rehearsal.memberOf` in services.yaml, if the migrating role is a member of it "
        "in the real databases too",
    ),
)
_TABLE_GONE = (
    "the migration dropped or renamed goose's own table, or hid it: a `search_path` that is changed, "
    "with SET LOCAL too, has to be set back before the end (`RESET search_path`)"
)


def find(reason: str, table: str, rule: str) -> tuple[str, str]:
    """The rule and the help for a message of the server; `rule` and no help for any other. `table` is goose's."""
    for pattern, special, help in _KNOWN:
        found = pattern.search(reason)
        if found is not None:
            name = next(each for each in found.groups() if each is not None)
            return special, help.replace("{0}", name)
    return rule, _TABLE_GONE if reason == f'relation "{table}" does not exist' else ""
