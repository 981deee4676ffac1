"""A service's migrations → the parts that one ConfigMap each can carry.

A part depends on nothing but the migrations up to its own last one: a newer migration never changes an earlier
part, and no setting moves the borders.
"""

from __future__ import annotations

from collections.abc import Sequence

from generator.migrations.model import Migration

# Client-side apply keeps a copy of the object in an annotation, and all annotations together may hold so many
# bytes (TotalAnnotationSizeLimitB, k8s.io/apimachinery/pkg/api/validation/objectmeta.go). Argo CD applies these
# ConfigMaps server-side; a part below this survives `kubectl apply` too.
ANNOTATIONS = 256 * 1024
# For metadata, the service file, the digest and Argo CD's tracking annotation: 2.1 KB with the longest names.
ROOM = 4 * 1024
PART = ANNOTATIONS - ROOM

# A larger file is a part of its own. All values of a ConfigMap together hold 1 MiB (MaxSecretSize,
# k8s.io/api/core/v1/types.go), and the object as JSON has to fit into a request (MaxRequestBodyBytes,
# k8s.io/apiserver/pkg/server/config.go; etcd's own limit of 1.5 MiB is for the values unescaped).
MOST = 1024 * 1024 - ROOM
MOST_AS_JSON = 3 * 1024 * 1024 - ROOM

# `"":"",` around a name and its text.
_AROUND = 6
# Bytes that a character has more in JSON than in UTF-8, as Go's encoding/json writes it (appendString with
# escapeHTML; older versions of Go write \b and \f as six bytes too).
_GROWTH = {'"': 1, "\\": 1, "\n": 1, "\r": 1, "\t": 1, "<": 5, ">": 5, "&": 5, "\u2028": 3, "\u2029": 3}
_CONTROL = bytes(set(range(0x20)) - set(b"\t\n\r"))


def split(migrations: Sequence[Migration]) -> tuple[tuple[Migration, ...], ...]:
    """The parts, filled one after the other in the order given; at least one."""
    parts: list[list[Migration]] = [[]]
    used = 0
    for each in migrations:
        size = entry_size(each)
        if parts[-1] and used + size > PART:
            parts.append([])
            used = 0
        parts[-1].append(each)
        used += size
    return tuple(map(tuple, parts))


def entry_size(migration: Migration) -> int:
    """The bytes of a migration in the JSON of its ConfigMap, the comma behind it included."""
    return len(migration.name) + json_size(migration.text) + _AROUND


def json_size(text: str) -> int:
    """The bytes of a text between its quotes in JSON as Go writes it; never fewer."""
    data = text.encode()
    control = len(data) - len(data.translate(None, _CONTROL))
    growth = sum(more * text.count(character) for character, more in _GROWTH.items())
    return len(data) + growth + 5 * control
