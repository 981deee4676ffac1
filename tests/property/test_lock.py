"""For any entries: they come back from the text. For any text: no exception, and what is mended is in order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from generator.migrations import lock, names
from generator.migrations.model import LockEntry

REASON = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(
    lambda text: lock.reason_problem(text) is None
)


@st.composite
def entries(draw: st.DrawFn) -> tuple[LockEntry, ...]:
    versions = sorted(draw(st.sets(st.integers(1, names.MAX_VERSION), min_size=1, max_size=6)))
    made = []
    for version in versions:
        zeros = draw(st.integers(0, 3))
        rest = draw(st.from_regex(r"[-._a-zA-Z0-9]{0,20}", fullmatch=True))
        name = f"{version:0{len(str(version)) + zeros}d}_{rest}.sql"
        digest = draw(st.from_regex(r"[0-9a-f]{64}", fullmatch=True))
        made.append(LockEntry(name, version, digest, 1, tuple(draw(st.lists(REASON, max_size=3)))))
    return tuple(made)


def content(found: tuple[LockEntry, ...]) -> list[tuple[str, int, str, tuple[str, ...]]]:
    return [(each.name, each.version, each.digest, each.amendments) for each in found]


@given(entries())
def test_what_gen_writes_it_reads(written: tuple[LockEntry, ...]) -> None:
    text = lock.render(written)
    read, found = lock.parse("migrations.lock", text.encode())
    assert found == []
    assert content(read.entries) == content(written)
    assert lock.render(read.entries) == text
    lines = text.splitlines()
    assert all(lines[each.line - 1].endswith(f"  {each.name}") for each in read.entries)


@given(entries(), st.data())
def test_an_edit_of_one_line_is_noticed(written: tuple[LockEntry, ...], data: st.DataObject) -> None:
    lines = lock.render(written).splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    edit = data.draw(st.sampled_from(["drop", "twice", "change"]))
    old = lines[number]
    if edit == "change":
        lines[number] = old[:-5] + ("x" if old[-5] != "x" else "y") + old[-4:]
    else:
        lines[number : number + 1] = [] if edit == "drop" else [old, old]
    read, found = lock.parse("migrations.lock", "\n".join(lines).encode())
    # An amendment may be there twice; the digest knows.
    assert found
    assert read.entries == ()


PIECES = [
    lock.HEADER,
    "# all sha256:" + "a" * 64,
    "a" * 64 + "  1_a.sql",
    "b" * 64 + "  1_a.sql",
    "b" * 64 + "  2_b.sql",
    "# amended: x",
    "<<<<<<< HEAD",
    "|||||||",
    "=======",
    ">>>>>>> x",
    "\r",
    "\ufeff",
    "",
]


@given(st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(PIECES), max_size=14).map("\n".join)))
def test_any_text(data: bytes | str) -> None:
    raw = data.encode() if isinstance(data, str) else data
    read, found = lock.parse("db/migrations.lock", raw)
    assert read.is_sound == (found == [])
    assert 0 <= len(found) <= 2
    for each in found:
        assert each.message.isprintable()
        assert 1 <= each.position.line <= raw.count(b"\n") + 1
    kept, lasting = lock.mend("db/migrations.lock", raw.decode("utf-8", "replace"))
    assert {each.rule for each in lasting} <= {lock.INVALID}
    if kept and not lasting:
        again, none = lock.parse("db/migrations.lock", lock.render(kept).encode())
        assert none == []
        assert content(again.entries) == content(kept)
