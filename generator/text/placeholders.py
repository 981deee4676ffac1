"""What stands where a secret would, and is none: a variable, a format, a blank to fill in."""

from __future__ import annotations

import re

_PLACEHOLDER = re.compile(
    r"""
      \$[A-Z_][A-Z0-9_]*                  # a shell's variable; `$ecret` may be a password
    | \$\{[A-Za-z_][A-Za-z0-9_.]*\}       # ${VAR}; ${VAR:-default} holds its default
    | \$\([A-Za-z_][A-Za-z0-9_]*\)        # Kubernetes' $(VAR)
    | \$[0-9]{1,2}                        # a parameter of SQL
    | \{\{.*                              # a template
    | \{[A-Za-z_][A-Za-z0-9_.]*\}
    | <[^<>]*>
    | \[[A-Za-z_ -]*\]
    | %\(?[A-Za-z_]*\)?[sLIv] | %[0-9]\$[sLI]   # format()
    | :['"]?[A-Za-z_][A-Za-z0-9_]*['"]?   # psql's :'var'
    | \.{2,} | …+ | \*+ | [xX]{3,} | -+ | _+
    | (?i:redacted|\[?redacted\]?|omitted)
    """,
    re.VERBOSE | re.ASCII,
)


def is_placeholder(value: str) -> bool:
    """Whether the whole value is one."""
    return bool(_PLACEHOLDER.fullmatch(value))
