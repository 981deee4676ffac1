"""The table of `gen status`: at most 100 columns, one line per version."""

from __future__ import annotations

from collections.abc import Sequence

from generator.cli import shown
from generator.report.text import visible
from generator.status import Entry, State, Status

_WIDTH = 100
_INDENT = "  "
_GAP = "  "
_FILE = "FILE"
_RIGHT = {"SIZE", "UP", "DOWN"}


def lines(each: Status) -> list[str]:
    """The lines for a person, at most 100 columns."""
    lines = [_title(each)]
    if each.entries:
        cells = [_row(entry, each.recorded is not None) for entry in each.entries]
        lines += ["", *(f"{_INDENT}{line}".rstrip() for line in _aligned(cells, _WIDTH - len(_INDENT)))]
    if each.recorded is not None:
        lines += ["", *(f"{_INDENT}{line}" for line in _summary(each))]
    return lines


def _title(each: Status) -> str:
    files = [entry for entry in each.entries if entry.name is not None]
    if not files:
        return f"{each.service.name}: no migrations in {visible(each.service.migrations_directory)}"
    parts = "in its image" if each.parts is None else f"in {shown.count(each.parts, 'ConfigMap')}"
    return (
        f"{each.service.name}: {shown.count(len(files), 'migration')}, {_size(each.size)} {parts},"
        f" expected version {each.expected}{_pinned(each)}"
    )


def _pinned(each: Status) -> str:
    return "" if each.service.pin is None else f" (pinned; newest {each.newest})"


def _row(entry: Entry, has_database: bool) -> dict[str, str]:
    name = entry.name or ""
    digits, _, rest = name.partition("_")
    known = entry.migration
    row = {
        "VERSION": digits or str(entry.version),
        _FILE: rest or "(no such file)",
        "SIZE": _size(entry.size) if entry.size is not None else "",
        "UP": str(len(known.up)) if known else "",
        "DOWN": (str(len(known.down)) if known.has_down else "-") if known else "",
        "TX": ("no" if known.no_transaction else "yes") if known else "",
        "LOCK": entry.lock.value if entry.lock else "",
    }
    if name and known is None:
        row["LOCK"] = "has errors"
    if has_database:
        row["DATABASE"] = _of_database(entry)
        # What is of less use beside a database makes room for it.
        del row["SIZE"], row["UP"]
    return {key: visible(value) for key, value in row.items()}


def _of_database(entry: Entry) -> str:
    if entry.state is State.APPLIED and entry.when is not None:
        return entry.when.isoformat(" ", "seconds")
    return entry.state.value if entry.state else ""


def _aligned(rows: Sequence[dict[str, str]], width: int) -> list[str]:
    """Columns side by side; the file's name gives way."""
    titles = list(rows[0])
    widths = {title: max(len(title), *(len(row[title]) for row in rows)) for title in titles}
    others = sum(size for title, size in widths.items() if title != _FILE) + len(_GAP) * (len(titles) - 1)
    widths[_FILE] = min(widths[_FILE], max(width - others, len(_FILE)))
    lines = []
    for row in ({title: title for title in titles}, *rows):
        cells = []
        for title in titles:
            text = _cut(row[title], widths[title])
            cells.append(text.rjust(widths[title]) if title in _RIGHT else text.ljust(widths[title]))
        lines.append(_GAP.join(cells).rstrip())
    return lines


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _summary(each: Status) -> list[str]:
    """What it comes to."""
    assert each.recorded is not None
    if each.recorded.rows is None:
        lines = [f"The database was never migrated: there is no table {each.service.table}."]
        if each.recorded.elsewhere:
            names = ", ".join(visible(name) for name in each.recorded.elsewhere[:5])
            lines.append(f"There is one of that name in: {names}. Is this the search_path of the Job's role?")
        return lines
    lines = [f"Database: version {each.recorded.current}, expected {each.expected}."]
    out_of_order, missing = each.having(State.OUT_OF_ORDER), each.having(State.FILE_MISSING)
    pending = len(each.having(State.PENDING))
    if out_of_order:
        lines.append(
            f"goose up would refuse: {out_of_order[0].version} is not applied and stands below one that is. "
        )
        lines.append("Give it a version above all others, if it was applied nowhere.")
    elif each.service.pin is not None:
        lines += _behind_pin(each, each.service.pin.version)
    elif pending:
        lines.append(f"goose up would apply {shown.count(pending, 'migration')}.")
    elif not missing:
        lines.append("Nothing is pending.")
    if missing:
        lines.append(
            f"{shown.count(len(missing), 'version')} applied from files that are not here: another branch, "
            "or another service's table?"
        )
    return [line.rstrip() for line in lines]


def _behind_pin(each: Status, target: int) -> list[str]:
    above = [one for one in each.having(State.APPLIED) if one.version > target]
    below = [one for one in each.having(State.PENDING) if one.version <= target]
    lines = []
    if above:
        lines.append(f"Pinned to {target}: the next sync takes back {shown.count(len(above), 'migration')}.")
    if below:
        lines.append(f"Pinned to {target}: the next sync applies {shown.count(len(below), 'migration')}.")
    return lines or [
        f"Pinned to {target}, and there it is. What is newer waits for `gen rollback --release`."
    ]


def _size(count: int) -> str:
    if count < 1024:
        return f"{count} B"
    kib = count / 1024
    return f"{kib:.1f} KiB" if kib < 1024 else f"{kib / 1024:.1f} MiB"
