"""The text of `migrations.lock`: what is read, what is refused and how, and what is mended."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import pytest

from generator.diagnostics import Position
from generator.migrations import directory, lock
from generator.migrations.model import LockEntry

PATH = "db/migrations.lock"
A, B, C = (letter * 64 for letter in "abc")
ENTRIES = (
    LockEntry("1_users.sql", 1, A, 3),
    LockEntry("0002_email.sql", 2, B, 4, ("failed everywhere", "once more, ünïcode")),
    LockEntry("20260117000001_x.sql", 20260117000001, C, 7),
)
GOOD = lock.render(ENTRIES)


def parse(text: str) -> tuple[tuple[LockEntry, ...], list[tuple[str, int, str]]]:
    read, found = lock.parse(PATH, text.encode())
    assert (read.path, read.text) == (PATH, text)
    assert read.is_sound == (not found)
    return read.entries, [(each.rule, each.position.line, each.message) for each in found]


def summed(*body: str) -> str:
    """A file with a right digest over these lines."""
    text = "".join(f"{line}\n" for line in body)
    return f"{lock.HEADER}\n# all sha256:{hashlib.sha256(text.encode()).hexdigest()}\n{text}"


def test_the_text() -> None:
    body = [
        f"{A}  1_users.sql",
        f"{B}  0002_email.sql",
        "# amended: failed everywhere",
        "# amended: once more, ünïcode",
        f"{C}  20260117000001_x.sql",
    ]
    assert summed(*body) == GOOD
    assert parse(GOOD) == (ENTRIES, [])
    assert lock.render(reversed(ENTRIES)) == GOOD


@pytest.mark.parametrize(
    "text",
    [GOOD.replace("\n", "\r\n"), GOOD.replace("\n", "\r\n", 2), GOOD + "\n\n", GOOD.removesuffix("\n")],
    ids=["CRLF", "some CRLF", "empty lines", "no last line end"],
)
def test_line_ends_do_not_matter(text: str) -> None:
    assert parse(text) == (ENTRIES, [])


@pytest.mark.parametrize(
    "line",
    [
        "# a comment",
        "#amended: x",
        "# amended: ",
        "# amended:  x",
        "# amended: x ",
        "# amended: a\tb",
        "# amended: \x1b[2J",
        "# amended: a\u2028b",
        "# amended: a\u202eb",
        f"# amended: {'x' * 501}",
        f"# all sha256:{'A' * 64}",
        f"# all sha256:{'a' * 63}",
        "nonsense",
        f"{A.upper()}  3_a.sql",
        f"{A} *3_a.sql",
        f"{A}  3_a.SQL",
        f"{A}  a.sql",
        f"{A}  0_a.sql",
        f"{A}  -3_a.sql",
        f"{A}  9223372036854775808_a.sql",
        f"{A}  3_{'a' * 250}.sql",
        f"{A}  ../3_a.sql",
        f"{A}  3_ä.sql",
        f" {A}  3_a.sql",
        f"\\{A}  3_a.sql",
        f"{A}  3_a.sql ",
        "\ufeff",
        "\0",
        "=====",
    ],
)
def test_a_line_that_gen_does_not_write(line: str) -> None:
    entries, ((rule, number, message),) = parse(f"{GOOD}{line}\n")
    assert (entries, rule, number) == ((), "migration-lock-invalid", 8)
    assert "is no line that `gen lock` writes" in message
    assert message.isprintable()


def test_many_such_lines_are_one_mistake() -> None:
    _, ((_, number, message),) = parse("x\n" * 100_000)
    assert number == 1
    assert message == "`x` is no line that `gen lock` writes, as 99999 more"


def test_an_amendment_belongs_to_an_entry() -> None:
    _, ((_, number, message),) = parse(summed("# amended: x", f"{A}  1_users.sql"))
    assert number == 3
    assert "is no line" in message


def test_bytes_that_are_no_text() -> None:
    data = GOOD.replace("ünïcode", "?").encode().replace(b"?", b"\xff")
    read, (found,) = lock.parse(PATH, data)
    assert (read.is_sound, found.position.line) == (False, 6)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the file lists no migration"),
        (f"{lock.HEADER}\n", 1, "the file lists no migration"),
        (summed(), 1, "the file lists no migration"),
        (f"{A}  1_users.sql\n", 1, "the file has no line that says what the file is"),
        (f"{lock.HEADER}\n{A}  1_users.sql\n", 1, "the file has no line `# all sha256:…`"),
        (GOOD.replace(A, C), 2, "the entries are not those that `# all sha256:…` was written for"),
        (GOOD.replace("failed", "Failed"), 2, "the entries are not those that `# all sha256:…` was written"),
        (GOOD.replace(f"{A}  1_users.sql\n", ""), 2, "the entries are not those"),
        (summed(f"{B}  2_b.sql", f"{A}  1_a.sql"), 3, "the entries are not in the order of their versions"),
        (summed(f"{A}  1_a.sql", f"{A}  1_a.sql"), 3, "the entries are not in the order of their versions"),
    ],
)
def test_what_is_mended(text: str, line: int, message: str) -> None:
    entries, ((rule, number, said),) = parse(text)
    assert (entries, rule, number) == ((), "migration-lock-invalid", line)
    assert said.startswith(message)
    kept, lasting = lock.mend(PATH, text)
    assert lasting == []
    assert not kept or lock.parse(PATH, lock.render(kept).encode())[1] == []


def test_one_version_twice() -> None:
    text = summed(f"{A}  1_a.sql", f"{B}  1_a.sql")
    _, ((rule, line, message),) = parse(text)
    assert (rule, line) == ("migration-lock-invalid", 4)
    assert message == "`1_a.sql` is listed twice, with two checksums or amendments"
    assert lock.mend(PATH, text)[0] == ()
    _, ((_, _, message),) = parse(summed(f"{A}  1_a.sql", f"{B}  01_b.sql"))
    assert message == "`01_b.sql` and `1_a.sql` are the same version"


def conflict(ours: str, theirs: str, style: str = "merge") -> str:
    ancestor = f"||||||| 1234567\n{A}  9_ancestor.sql\n" if style == "diff3" else ""
    return f"<<<<<<< HEAD\n{ours}{ancestor}=======\n{theirs}>>>>>>> add email\n"


@pytest.mark.parametrize("style", ["merge", "diff3"])
def test_conflict_markers(style: str) -> None:
    text = (
        f"{lock.HEADER}\n"
        + conflict(f"# all sha256:{A}\n", f"# all sha256:{B}\n", style)
        + f"{A}  1_users.sql\n"
        + conflict(f"{C}  3_c.sql\n", f"{B}  2_b.sql\n# amended: x\n", style)
    )
    entries, ((rule, line, _),) = parse(text)
    assert (entries, rule, line) == ((), "migration-lock-conflict", 2)
    kept, lasting = lock.mend(PATH, text)
    assert lasting == []
    assert [(each.name, each.digest, each.amendments) for each in kept] == [
        ("1_users.sql", A, ()),
        ("2_b.sql", B, ("x",)),
        ("3_c.sql", C, ()),
    ]


def test_the_amended_side_of_a_conflict_counts() -> None:
    text = f"{lock.HEADER}\n" + conflict(f"{A}  1_a.sql\n", f"{B}  1_a.sql\n# amended: x\n")
    assert [each.digest for each in lock.mend(PATH, text)[0]] == [B]
    text = f"{lock.HEADER}\n" + conflict(f"{B}  1_a.sql\n# amended: x\n", f"{A}  1_a.sql\n")
    assert [each.digest for each in lock.mend(PATH, text)[0]] == [B]
    both = f"{lock.HEADER}\n" + conflict(f"{B}  1_a.sql\n# amended: x\n", f"{C}  1_a.sql\n# amended: y\n")
    kept, (found,) = lock.mend(PATH, both)
    assert (kept, found.rule) == ((), "migration-lock-invalid")


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("", "it is empty"),
        ("  ", "it is empty"),
        (" x", "it begins or ends with white space"),
        ("x\n", "it begins or ends with white space"),
        ("a\nb", "it holds U+000A"),
        ("a\x1bb", "it holds U+001B"),
        ("a\u2028b", "it holds U+2028 (LINE SEPARATOR)"),
        ("a\ud800b", "it holds U+D800"),
        ("x" * 501, "it has 501 characters, and 500 are the most"),
        ("x" * 500, None),
        ("failed everywhere: `users` has rows (#12) 🚀", None),
    ],
)
def test_reasons(reason: str, problem: str | None) -> None:
    assert lock.reason_problem(reason) == problem


def test_an_amendment_continues_an_entry() -> None:
    old = ENTRIES[1]
    more = dataclasses.replace(old, digest=C, amendments=(*old.amendments, "again"))
    assert lock.continues(old, dataclasses.replace(old, line=9))
    assert lock.continues(more, old)
    assert not lock.continues(old, more)
    assert not lock.continues(dataclasses.replace(old, digest=C), old)
    assert not lock.continues(dataclasses.replace(more, amendments=("other", "x", "y")), old)
    assert not lock.continues(dataclasses.replace(more, name="2_b.sql"), old)


@pytest.mark.parametrize("kind", ["link out", "link to nothing", "directory", "too large"])
def test_what_is_no_file(tmp_path: Path, kind: str) -> None:
    root = tmp_path / "project"
    held = root / "db" / "migrations.lock"
    held.parent.mkdir(parents=True)
    (tmp_path / "secret").write_text("secret")
    if kind == "link out":
        held.symlink_to(tmp_path / "secret")
    elif kind == "link to nothing":
        held.symlink_to("nothing")
    elif kind == "directory":
        held.mkdir()
    else:
        held.write_bytes(b"#" * (4 * 1024 * 1024 + 1))
    read, (found,) = directory.read_lock(root, "db")
    assert (read.text, read.is_sound, read.entries) == (None, False, ())
    assert (found.rule, found.position) == ("migration-lock-invalid", Position(PATH))
    assert "migration" not in found.message.replace("migrations.lock", "")


def test_the_files_that_are_there(tmp_path: Path) -> None:
    assert directory.read_lock(tmp_path, "db")[0].text is None
    (tmp_path / "db").mkdir()
    read, found = directory.read_lock(tmp_path, "db")
    assert (read.text, read.is_sound, read.entries, found) == (None, True, (), [])
    (tmp_path / "db" / "migrations.lock").write_text(GOOD, encoding="utf-8")
    (tmp_path / "db" / "1_users.sql").write_text("broken")
    read, found = directory.read_lock(tmp_path, "./db/")
    assert (read.path, read.entries, read.newest, found) == (PATH, ENTRIES, 20260117000001, [])
    assert read.present == {"migrations.lock", "1_users.sql"}
