"""One good database on both sides is silent, and each thing that differs is exactly one difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from generator.prisma import comparing, defaults, expected, nodes, parser, wording
from generator.prisma.nodes import Span
from generator.prisma.relational import (
    Action,
    Column,
    Database,
    Default,
    DefaultKind,
    Enum,
    ForeignKey,
    Index,
    IndexColumn,
    IndexKind,
    Sort,
    Table,
    Type,
)

USERS, POSTS, ROLE = ("public", "users"), ("public", "posts"), ("public", "role")
JOIN, VIEW = ("public", "_PostToTag"), ("public", "active")
NUMBER, TEXT, NAME = Type("integer"), Type("text"), Type("character varying", (10,))
ACTIVE = Default(DefaultKind.VALUE, "a", "'a'::text")


def column(name: str, type: Type = TEXT, is_nullable: bool = False, default: Default | None = None) -> Column:
    return Column(name, type, is_nullable, default, origin=Span("schema.prisma", 10, 20))


def index(name: str, kind: IndexKind, *columns: str, **given: Any) -> Index:
    return Index(name, kind, tuple(IndexColumn(each) for each in columns), **given)


def key(name: str, table: str, columns: tuple[str, ...] = ("user_id",)) -> ForeignKey:
    return ForeignKey(name, columns, ("public", table), ("id",), Action.RESTRICT, Action.CASCADE)


def table(key_: tuple[str, str], columns: list[Column], indexes: list[Index], **given: Any) -> Table:
    keys = {each.name: each for each in given.pop("keys", [])}
    return Table(
        *key_,
        {each.name: each for each in columns},
        {each.name: each for each in indexes},
        keys,
        origin=Span("schema.prisma", 0, 5),
        **given,
    )


P, U, X = IndexKind.PRIMARY, IndexKind.UNIQUE, IndexKind.PLAIN
GOOD = Database(
    {
        USERS: table(
            USERS,
            [
                column("id", NUMBER, default=defaults.SEQUENCE),
                column("email", NAME),
                column("nick", TEXT, True),
                column("state", TEXT, default=ACTIVE),
                column("role", Type("public.role")),
                column("tags", Type("text", is_array=True), True),
            ],
            [
                index("users_pkey", P, "id"),
                index("users_email_key", U, "email"),
                index("users_nick_state_idx", X, "nick", "state"),
            ],
        ),
        POSTS: table(
            POSTS,
            [column("id", NUMBER), column("user_id", NUMBER), column("editor_id", NUMBER)],
            [index("posts_pkey", P, "id")],
            keys=[key("posts_user_id_fkey", "users")],
        ),
        JOIN: table(
            JOIN,
            [column("A", NUMBER), column("B", NUMBER)],
            [index("_PostToTag_AB_pkey", P, "A", "B"), index("_PostToTag_B_index", X, "B")],
            keys=[
                replace(key(f"_PostToTag_{side}_fkey", "posts", (side,)), on_delete=Action.CASCADE)
                for side in "AB"
            ],
            is_join_table=True,
        ),
        VIEW: table(VIEW, [column("id", NUMBER, True)], [], is_view=True),
    },
    {ROLE: Enum(*ROLE, ("A", "B"))},
)


def with_table(base: Database, key: tuple[str, str], /, **changes: Any) -> Database:
    return replace(base, tables={**base.tables, key: replace(base.tables[key], **changes)})


def with_column(key: tuple[str, str], name: str, **changes: Any) -> Database:
    columns = GOOD.tables[key].columns
    return with_table(GOOD, key, columns={**columns, name: replace(columns[name], **changes)})


def with_index(of: str, key: tuple[str, str] = USERS, /, **changes: Any) -> Database:
    old = GOOD.tables[key].indexes
    changed = replace(old[of], **changes)
    return with_table(GOOD, key, indexes={**without(old, of), changed.name: changed})


def with_key(**changes: Any) -> Database:
    changed = replace(GOOD.tables[POSTS].foreign_keys["posts_user_id_fkey"], **changes)
    return with_table(GOOD, POSTS, foreign_keys={changed.name: changed})


def without(members: Mapping[Any, Any], name: object) -> dict[Any, Any]:
    return {key: each for key, each in members.items() if key != name}


def without_table(key: tuple[str, str]) -> Database:
    return replace(GOOD, tables=without(GOOD.tables, key))


def without_column(key: tuple[str, str], name: str) -> Database:
    return with_table(GOOD, key, columns=without(GOOD.tables[key].columns, name))


def renamed_column(name: str, to: str) -> Database:
    columns = GOOD.tables[USERS].columns
    changed = {each: old for each, old in columns.items() if each != name}
    return with_table(GOOD, USERS, columns={**changed, to: replace(columns[name], name=to)})


def renamed_table(key: tuple[str, str], to: tuple[str, str]) -> Database:
    moved = replace(GOOD.tables[key], schema=to[0], name=to[1])
    return replace(GOOD, tables={**without(GOOD.tables, key), to: moved})


def without_index(name: str) -> Database:
    return with_table(GOOD, USERS, indexes=without(GOOD.tables[USERS].indexes, name))


def enum(*values: str) -> Database:
    return replace(GOOD, enums={ROLE: Enum(*ROLE, values)})


PAIR = "users_nick_state_idx"
ORDERED = (IndexColumn("nick", Sort.DESC), IndexColumn("state"))
CLASSED = (IndexColumn("nick", operator_class="text_pattern_ops"), IndexColumn("state"))
NULLS = (IndexColumn("nick", is_nulls_default=False), IndexColumn("state"))
BOTH = (IndexColumn("state"), IndexColumn("nick"))

# The database differs from the good schema: the rule, the object, and a piece of the message or help.
OF_DATABASE = {
    "no table": (without_table(POSTS), "prisma-model-extra", "posts", "is not in the database"),
    "no referenced table": (without_table(USERS), "prisma-model-extra", "users", "is not in the database"),
    "no join table": (without_table(JOIN), "prisma-model-extra", "_PostToTag", "of the relation"),
    "no view": (without_table(VIEW), "prisma-view", "active", "the view `active` is not in the database"),
    "a table for a view": (with_table(GOOD, VIEW, is_view=False), "prisma-view", "active", "write `model`"),
    "a view for a model": (with_table(GOOD, POSTS, is_view=True), "prisma-view", "posts", "write `view`"),
    "table in another schema": (
        renamed_table(POSTS, ("blog", "posts")),
        "prisma-other-schema",
        "blog.posts",
        '`@@schema("blog")`',
    ),
    "table by another name": (
        renamed_table(USERS, ("public", "Users")),
        "prisma-map",
        "Users",
        '@@map("Users")',
    ),
    "no column": (without_column(USERS, "nick"), "prisma-field-extra", "users.nick", "not in the database"),
    "no column of a key": (without_column(POSTS, "user_id"), "prisma-field-extra", "posts.user_id", "remove"),
    "column by another name": (
        renamed_column("email", "eMail"),
        "prisma-map",
        "users.eMail",
        '@map("eMail")',
    ),
    "length": (
        with_column(USERS, "email", type=Type("character varying", (20,))),
        "prisma-type",
        "users.email",
        "is `String @db.VarChar(10)` in the schema, and `String @db.VarChar(20)` in the database",
    ),
    "array": (
        with_column(USERS, "tags", type=TEXT, is_nullable=False),
        "prisma-type",
        "users.tags",
        "`String[]` in the schema",
    ),
    "no enum": (
        with_column(USERS, "role", type=TEXT),
        "prisma-type",
        "users.role",
        "is `role` in the schema",
    ),
    "other type": (
        with_column(USERS, "nick", type=Type("geometry(Point,4326)")),
        "prisma-type",
        "users.nick",
        'Unsupported("',
    ),
    "view's type": (with_column(VIEW, "id", type=TEXT), "prisma-type", "active.id", "write `String?`"),
    "not null": (
        with_column(USERS, "nick", is_nullable=False),
        "prisma-nullability",
        "users.nick",
        "`String`",
    ),
    "null": (with_column(USERS, "email", is_nullable=True), "prisma-nullability", "users.email", "String?"),
    "no default": (
        with_column(USERS, "state", default=None),
        "prisma-default-differs",
        "users.state",
        "remove",
    ),
    "another default": (
        with_column(USERS, "state", default=replace(ACTIVE, text='b"')),
        "prisma-default-differs",
        "users.state",
        r'`@default("b\"")` in the database',
    ),
    "a default": (
        with_column(USERS, "nick", default=defaults.expression("f('x')")),
        "prisma-default-differs",
        "users.nick",
        "has no default in the schema, and `@default(dbgenerated(\"f('x')\"))`",
    ),
    "type of what can be NULL": (
        with_column(USERS, "nick", type=NAME),
        "prisma-type",
        "users.nick",
        "`users.nick` is `String?` in the schema, and `String? @db.VarChar(10)` in the database\nwrite `String? @db.V",
    ),
    "type of a column that two lists make": (
        with_column(JOIN, "B", type=TEXT),
        "prisma-type",
        "_PostToTag.B",
        "Prisma makes this table for two lists",
    ),
    "NULL in a column that two lists make": (
        with_column(JOIN, "B", is_nullable=True),
        "prisma-nullability",
        "_PostToTag.B",
        "Prisma makes this table for two lists",
    ),
    "a generated column": (
        with_column(USERS, "nick", default=defaults.expression("upper(email)"), is_generated=True),
        "prisma-default-differs",
        "users.nick",
        "is a generated column in the database\nPrisma keeps its expression as a default: write `@default(dbgen",
    ),
    "no primary key": (without_index("users_pkey"), "prisma-primary-key", "users.users_pkey", "@@id([id])"),
    "unique for primary": (
        with_index("users_pkey", name="users_id_key", kind=U),
        "prisma-primary-key",
        "users.users_id_key",
        "a primary key in the schema",
    ),
    "name of primary": (with_index("users_pkey", name="pk"), "prisma-primary-key", "users.pk", 'map: "pk"'),
    "columns of primary": (
        with_index("users_pkey", columns=(IndexColumn("id"), IndexColumn("email"))),
        "prisma-primary-key",
        "users.users_pkey",
        "`id, email` in the database",
    ),
    "no unique": (without_index("users_email_key"), "prisma-unique", "users.users_email_key", "create it"),
    "plain for unique": (
        with_index("users_email_key", name="users_email_idx", kind=X),
        "prisma-unique",
        "users.users_email_idx",
        "@@index([email])",
    ),
    "no index": (without_index(PAIR), "prisma-index", f"users.{PAIR}", "is not in the database"),
    "name": (with_index(PAIR, name="x"), "prisma-index", "users.x", '`@@index([nick, state], map: "x")`'),
    "columns": (
        with_index(PAIR, name="users_state_nick_idx", columns=BOTH),
        "prisma-index",
        "users.users_state_nick_idx",
        "write `@@index([state, nick])`",
    ),
    "sort": (with_index(PAIR, columns=ORDERED), "prisma-index", f"users.{PAIR}", "[nick(sort: Desc), state]"),
    "class": (with_index(PAIR, columns=CLASSED), "prisma-index", f"users.{PAIR}", 'raw("text_pattern_ops")'),
    "method": (with_index(PAIR, method="gin"), "prisma-index", f"users.{PAIR}", "`Gin` in the database"),
    "all of it": (
        with_index(PAIR, name="x", method="gin", columns=ORDERED),
        "prisma-index",
        "users.x",
        "its name is",
    ),
    "expression by the same name": (
        with_index(PAIR, columns=(IndexColumn("lower(nick)"),), unsayable=("expression",)),
        "prisma-index",
        f"users.{PAIR}",
        "no expressions",
    ),
    "no relation": (
        with_table(GOOD, POSTS, foreign_keys={}),
        "prisma-relation-differs",
        "posts.posts_user_id_fkey",
        "is not in the database",
    ),
    "name of a relation": (with_key(name="fk"), "prisma-relation-differs", "posts.fk", 'map: "fk"'),
    "delete": (
        with_key(on_delete=Action.CASCADE),
        "prisma-relation-differs",
        "posts.posts_user_id_fkey",
        "onDelete is `Restrict` in the schema, and `Cascade` in the database",
    ),
    "update": (
        with_key(on_update=Action.NO_ACTION),
        "prisma-relation-differs",
        "posts.posts_user_id_fkey",
        "onUpdate: NoAction",
    ),
    "target": (
        with_key(table=POSTS),
        "prisma-relation-differs",
        "posts.posts_user_id_fkey",
        "`public.posts` in the database",
    ),
    "column of a relation": (
        with_key(columns=("editor_id",)),
        "prisma-relation-differs",
        "posts.posts_user_id_fkey",
        "`editor_id` in the database",
    ),
    "enum's value": (enum("A"), "prisma-enum", "role", "has `B`, which the database lacks"),
    "enum's other value": (enum("A", "B", "C"), "prisma-enum", "role", "lacks `C` of the database"),
    "enum's order": (enum("B", "A"), "prisma-enum", "role", "write them as `B`, `A`"),
    "unused enum": (replace(GOOD, enums={}), "prisma-enum", "role", "is not in the database"),
}

# What Prisma would not make for two lists.
OTHER_KEY = with_table(
    GOOD,
    JOIN,
    indexes={"j": index("j", P, "A", "B"), "_PostToTag_B_index": index("_PostToTag_B_index", X, "B")},
)
# The schema lacks something of the good database.
OF_SCHEMA = {
    "no model": (without_table(POSTS), "prisma-table-missing", "posts", "has no model"),
    "no referenced model": (without_table(USERS), "prisma-table-missing", "users", "gen prisma sync"),
    "no lists": (without_table(JOIN), "prisma-table-missing", "_PostToTag", '@relation("PostToTag")'),
    "no lists, other key": (
        without_table(JOIN),
        "prisma-table-missing",
        "_PostToTag",
        "run `gen prisma sync`",
    ),
    "no view": (replace(without_table(VIEW), has_views=True), "prisma-view", "active", "gen prisma sync"),
    "no field": (without_column(USERS, "nick"), "prisma-column-missing", "users.nick", "`nick String?`"),
    "no field of a key": (without_column(POSTS, "user_id"), "prisma-column-missing", "posts.user_id", "Int"),
    "no @default": (
        with_column(USERS, "id", default=None),
        "prisma-default-differs",
        "users.id",
        "write `@default(autoincrement())`",
    ),
    "a default of the client's": (
        with_column(USERS, "id", default=None, client_default="uuid"),
        "prisma-default-differs",
        "users.id",
        "has `uuid()`, which the client fills in, in the schema, and `@default(autoincrement())` in the database",
    ),
    "no @@index": (without_index(PAIR), "prisma-index", f"users.{PAIR}", "write `@@index([nick, state])`"),
    "no @unique": (
        without_index("users_email_key"),
        "prisma-unique",
        "users.users_email_key",
        "@@unique([email])",
    ),
    "no @relation": (
        with_table(GOOD, POSTS, foreign_keys={}),
        "prisma-relation-differs",
        "posts.posts_user_id_fkey",
        "fields: [user_id], references: [id], onDelete: Restrict, onUpdate: Cascade",
    ),
    "no enum": (replace(GOOD, enums={}), "prisma-enum", "role", "of `A`, `B`"),
    "a where": (with_index(PAIR, unsayable=("partial",)), "prisma-index", f"users.{PAIR}", "for all rows"),
}


def test_the_same_is_silent() -> None:
    assert comparing.compare(GOOD, GOOD) == ()


@pytest.mark.parametrize("name", OF_DATABASE)
def test_database_that_differs(name: str) -> None:
    found, rule, object, text = OF_DATABASE[name]
    (told,) = comparing.compare(GOOD, found)
    assert (told.rule, told.object) == (rule, object)
    assert text in f"{told.message}\n{told.help}"
    assert told.origin is not None or rule == "prisma-enum"


@pytest.mark.parametrize("name", OF_SCHEMA)
def test_schema_that_differs(name: str) -> None:
    expected, rule, object, text = OF_SCHEMA[name]
    (told,) = comparing.compare(expected, OTHER_KEY if name.endswith("other key") else GOOD)
    assert (told.rule, told.object) == (rule, object)
    assert text in f"{told.message}\n{told.help}"


def more_indexes(*indexes: Index) -> Database:
    old = GOOD.tables[USERS].indexes
    return with_table(GOOD, USERS, indexes={**old, **{each.name: each for each in indexes}})


def more_tables(key: tuple[str, str], **properties: Any) -> Database:
    return replace(GOOD, tables={**GOOD.tables, key: table(key, [column("a")], [], **properties)})


SILENT = {
    "partial": more_indexes(index("p", U, "nick", unsayable=("partial",))),
    "expression": more_indexes(index("p", X, "lower(nick)", unsayable=("expression",))),
    "an extension's method": more_indexes(index("p", X, "nick", method="bloom")),
    "partial by the same name": with_index(PAIR, unsayable=("partial",)),
    "include by the same name": with_index(PAIR, unsayable=("include",)),
    "nulls": with_index(PAIR, columns=NULLS),
    "beside": with_table(GOOD, USERS, beside={"users_check": "check constraint"}),
    "a view that nobody asked for": more_tables(("public", "v"), is_view=True),
    "a materialized view": more_tables(("public", "m"), is_view=True, is_unseen=True),
    "a foreign table": more_tables(("public", "f"), is_unseen=True),
    "null in a view": with_column(VIEW, "id", is_nullable=False, default=ACTIVE),
    "old join table": with_index(
        "_PostToTag_AB_pkey", JOIN, name="_PostToTag_AB_unique", kind=U, is_constraint=False
    ),
    "an extension's table": more_tables(("public", "x"), is_extension=True),
}


@pytest.mark.parametrize("name", SILENT)
def test_what_prisma_cannot_say(name: str) -> None:
    assert comparing.compare(GOOD, SILENT[name]) == ()


@pytest.mark.parametrize(
    ("written", "there"),
    [
        ("geometry", "geometry(Point,4326)"),
        ("interval", "interval day to second"),
        ("pair", "app.pair"),
        ("vector", "ext.vector(3)"),
    ],
)
def test_unsupported_may_say_less(written: str, there: str) -> None:
    """As Prisma's own introspection writes it."""
    found = with_column(USERS, "nick", type=Type(there, (3,)))
    assert comparing.compare(with_column(USERS, "nick", type=Type(written)), found) == ()
    for other in (Type(written, (4,)), Type(written, (), True), Type(written + "s"), Type("public.role")):
        (told,) = comparing.compare(with_column(USERS, "nick", type=other), found)
        assert told.rule == "prisma-type"


def test_an_enum_is_not_said_by_less() -> None:
    (told,) = comparing.compare(with_column(USERS, "role", type=Type("role")), GOOD)
    assert told.rule == "prisma-type"


def test_dbgenerated_without_text_is_any_default_or_none() -> None:
    expected = with_column(USERS, "state", default=Default(DefaultKind.EXPRESSION))
    assert comparing.compare(expected, GOOD) == ()
    assert comparing.compare(expected, with_column(USERS, "state", default=None)) == ()


def test_an_index_that_goes_with_its_column_takes_no_other_along() -> None:
    stale = with_table(GOOD, USERS, columns={**GOOD.tables[USERS].columns, "gone": column("gone")})
    wider = index(PAIR, X, "nick", "gone")
    others = without(stale.tables[USERS].indexes, PAIR)
    stale = with_table(stale, USERS, indexes={**others, "stale": replace(wider, name="stale")})
    told = comparing.compare(stale, GOOD)
    assert [each.rule for each in told] == ["prisma-field-extra", "prisma-index"]
    assert told[1].missing == GOOD.tables[USERS].indexes[PAIR]


def test_another_column_of_an_index_is_one_difference() -> None:
    (told,) = comparing.compare(with_index(PAIR, name="users_nick_idx", columns=(IndexColumn("nick"),)), GOOD)
    assert (told.rule, told.missing) == ("prisma-index", None)
    assert "its list of columns is `nick` in the schema, and `nick, state` in the database" in told.message


def test_two_causes_are_two_differences() -> None:
    columns = GOOD.tables[USERS].columns
    changed = {**columns, "email": replace(columns["email"], is_nullable=True, type=TEXT)}
    told = comparing.compare(GOOD, with_table(GOOD, USERS, columns=changed))
    assert [each.rule for each in told] == ["prisma-type", "prisma-nullability"]


def test_enum_in_another_schema_is_not_told_for_each_column() -> None:
    moved = with_column(USERS, "role", type=Type("blog.role"))
    moved = replace(moved, enums={("blog", "role"): Enum("blog", "role", ("A", "B"))})
    (told,) = comparing.compare(GOOD, moved)
    assert (told.rule, told.object) == ("prisma-other-schema", "blog.role")


def test_enum_that_a_type_names_is_not_told_again() -> None:
    text = replace(with_column(USERS, "role", type=TEXT), enums={})
    assert [each.rule for each in comparing.compare(GOOD, text)] == ["prisma-type"]
    assert [each.rule for each in comparing.compare(text, GOOD)] == ["prisma-type"]


def test_hostile_names_stay_on_one_line() -> None:
    name = "a`\n\x1b[31m\u202e"
    found = replace(
        GOOD, tables={**GOOD.tables, ("public", name): table(("public", name), [column(name)], [])}
    )
    (told,) = comparing.compare(GOOD, found)
    assert told.object == name
    assert (told.message + told.help).isprintable()
    (line,) = comparing.beside(with_table(found, ("public", name), beside={name: "trigger"}))
    assert line.isprintable()


def test_beside_is_a_line_for_each_table() -> None:
    found = with_table(
        more_indexes(index("p", U, "nick", unsayable=("partial",))), POSTS, beside={"t": "trigger"}
    )
    assert comparing.beside(found) == ("`posts`: `t` (trigger)", "`users`: `p` (partial index)")
    assert comparing.beside(GOOD) == ()


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (column("id", NUMBER, default=defaults.SEQUENCE), "id Int @default(autoincrement())"),
        (column("2nd", NAME, True), 'field String? @map("2nd") @db.VarChar(10)'),
        (
            column("at", Type("timestamp with time zone"), default=defaults.NOW),
            "at DateTime @default(now()) @db.Timestamptz(6)",
        ),
        (
            column("tags", Type("text", is_array=True), True, Default(DefaultKind.VALUE, 'a\\n\\\\n\nb"\n')),
            r'tags String[] @default(["a\n\\n", "b\""])',
        ),
        (
            column("raw", Type("bytea"), default=Default(DefaultKind.VALUE, "00ff")),
            'raw Bytes @default("AP8=")',
        ),
        (
            column("role", Type("public.role"), default=Default(DefaultKind.VALUE, "A")),
            "role Role @default(A)",
        ),
    ],
)
def test_field_as_a_person_writes_it(given: Column, line: str) -> None:
    called = given.name if given.name.isalpha() else "field"
    enums = {("public", "role"): wording.Named("Role", {"A": "A"})}
    assert wording.field(given, called, enums) == line


@pytest.mark.parametrize(
    ("called", "line"),
    [
        ("nick_name", "first_seen String @db.VarChar(10)"),
        ("nickName", 'firstSeen String @map("first_seen") @db.VarChar(10)'),
    ],
)
def test_a_field_is_proposed_in_the_style_of_the_others(called: str, line: str) -> None:
    own = replace(column("nick_name"), called=called)
    mine = Database({USERS: table(USERS, [own], [], called="User")}, {})
    theirs = with_table(mine, USERS, columns={"nick_name": own, "first_seen": column("first_seen", NAME)})
    (told,) = comparing.compare(mine, theirs)
    assert told.help == f"write `{line}`, or run `gen prisma sync`"


MAPPED = Enum(*ROLE, ("active", "in progress"), called="Role", names=("ACTIVE", "in_progress"))
OF_ROLE = Database(
    {USERS: table(USERS, [column("role", Type("public.role"))], [])},
    {ROLE: MAPPED},
)


def with_default(base: Database, value: str) -> Database:
    role = replace(
        base.tables[USERS].columns["role"], default=Default(DefaultKind.VALUE, value, f"'{value}'")
    )
    return with_table(base, USERS, columns={"role": role})


def of_values(*values: str) -> Database:
    return replace(OF_ROLE, enums={ROLE: Enum(*ROLE, values)})


@pytest.mark.parametrize(
    ("mine", "theirs", "here", "there"),
    [
        ("in progress", "active", "in_progress", "ACTIVE"),
        ("active", "in progress", "ACTIVE", "in_progress"),
        ("active", "to do", "ACTIVE", "to_do"),
        ("active", "in_progress", "ACTIVE", "in_progress_2"),
    ],
)
def test_an_enums_default_is_told_by_the_names_of_the_schema(
    mine: str, theirs: str, here: str, there: str
) -> None:
    found = with_default(of_values("active", "in progress", "in_progress", "to do"), theirs)
    told, _ = comparing.compare(with_default(OF_ROLE, mine), found)
    assert told.message.endswith(
        f"has `@default({here})` in the schema, and `@default({there})` in the database"
    )
    assert told.help.startswith(f"write `@default({there})`, or")


def test_an_enums_values_are_written_as_lines_of_the_enum() -> None:
    (told,) = comparing.compare(OF_ROLE, of_values("in progress", "to do", "x", "active"))
    lines = '`in_progress @map("in progress")`, `to_do @map("to do")`, `x`, `ACTIVE @map("active")`'
    assert told.help == f"write the values {lines}, or change the type in a migration"
    (told,) = comparing.compare(OF_ROLE, of_values("in progress", "active"))
    assert told.help == 'write them as `in_progress @map("in progress")`, `ACTIVE @map("active")`'
    (told,) = comparing.compare(replace(OF_ROLE, enums={}, tables={}), replace(of_values("to do"), tables={}))
    assert told.help.endswith('or write an enum of `to_do @map("to do")`')


def test_an_enum_that_moved_keeps_its_names() -> None:
    found = with_default(of_values("active", "in progress"), "in progress")
    role = replace(found.tables[USERS].columns["role"], type=Type("app.role"))
    moved = replace(MAPPED, schema="app", called="")
    found = with_table(replace(found, enums={("app", "role"): moved}), USERS, columns={"role": role})
    told = comparing.compare(with_default(OF_ROLE, "active"), found)
    assert [each.rule for each in told] == ["prisma-default-differs", "prisma-other-schema"]
    assert "write `@default(in_progress)`" in told[0].help


def test_many_values_of_an_enum_are_not_all_told() -> None:
    (told,) = comparing.compare(OF_ROLE, of_values(*(f"v{number}" for number in range(150))))
    assert "`v99` and 50 more, or" in told.help


def test_the_relations_name_stays() -> None:
    (told,) = comparing.compare(with_key(called='re"p'), with_key(on_delete=Action.CASCADE))
    assert r'write `@relation("re\"p", fields: [user_id], references: [id], onDelete: Cascade,' in told.help


def test_a_foreign_key_where_prisma_has_none() -> None:
    without_keys = with_table(replace(GOOD, has_keys=False), POSTS, foreign_keys={})
    (told,) = comparing.compare(without_keys, GOOD)
    assert told.help == (
        'drop the foreign key in a migration, or remove `relationMode = "prisma"` of the datasource'
    )


@pytest.mark.parametrize(
    ("mine", "theirs", "line"),
    [
        (
            index("u", U, "nick", "state", called="uu"),
            index("u", U, "state", "nick"),
            'write `@@unique([state, nick], name: "uu", map: "u")`, or',
        ),
        (
            index("users_pkey", P, "id", "state", called="compound"),
            index("users_pkey", P, "state", "id"),
            'write `@@id([state, id], name: "compound")`, or',
        ),
        (
            index("old", X, "nick", called="old"),
            index("old", X, "nick", method="hash"),
            'write `@@index([nick], name: "old", type: Hash)`, or',
        ),
        (
            index("users_nick_key", U, "nick", is_of_field=True),
            index("other", U, "nick"),
            'write `@unique(map: "other")`, or',
        ),
        (
            index("users_nick_key", U, "nick", is_of_field=True),
            replace(index("users_nick_key", U), columns=(IndexColumn("nick", Sort.DESC),)),
            "write `@unique(sort: Desc)`, or",
        ),
        (
            index("users_pkey", P, "id", is_of_field=True),
            index("pk", P, "id"),
            'write `@id(map: "pk")`, or',
        ),
        (
            index("users_pkey", P, "id", is_of_field=True),
            index("users_pkey", P, "id", "state"),
            "write `@@id([id, state])` instead of `@id`, or",
        ),
        (
            index("users_nick_key", U, "nick", is_of_field=True),
            index("users_nick_idx", X, "nick"),
            "write `@@index([nick])` instead of `@unique`, or",
        ),
    ],
)
def test_an_index_is_written_as_it_stands(mine: Index, theirs: Index, line: str) -> None:
    ours, others = (with_table(GOOD, USERS, indexes={each.name: each}) for each in (mine, theirs))
    (told,) = comparing.compare(ours, others)
    assert told.help.startswith(line)


@pytest.mark.parametrize(
    ("mine", "line"),
    [
        (index("users_nick_key", U, "nick", is_of_field=True), "`@unique`"),
        (index("u", U, "nick", is_of_field=True), '`@unique(map: "u")`'),
        (index("users_nick_key", U, "nick"), "`@@unique([nick])`"),
        (
            index("users_nick_state_key", U, "nick", "state", called="c"),
            '`@@unique([nick, state], name: "c")`',
        ),
    ],
)
def test_what_to_remove_is_what_stands_there(mine: Index, line: str) -> None:
    (told,) = comparing.compare(more_indexes(mine), GOOD)
    assert told.help == f"create it in a migration, or remove {line}"
    named = with_table(GOOD, USERS, indexes=without(GOOD.tables[USERS].indexes, "users_pkey"))
    ours = with_index("users_pkey", is_of_field=True)
    (told,) = comparing.compare(ours, named)
    assert told.help.endswith("or remove `@id`")


def test_names_are_whole_and_in_their_own_letters() -> None:
    name, longest = "Weird Näme", "ä" * 31
    columns = [column(longest + str(number)) for number in range(32)]
    wide = Index("x" * 63, X, tuple(IndexColumn(each.name) for each in columns))
    key_ = ("public", name)
    found = replace(GOOD, tables={**GOOD.tables, key_: table(key_, columns, [wide])})
    mine = replace(GOOD, tables={**GOOD.tables, key_: table(key_, columns, [])})
    (told,) = comparing.compare(GOOD, found)
    assert "exclude `Weird Näme` in services.yaml" in told.help
    (told,) = comparing.compare(mine, found)
    assert all(f"{each.name}" in told.help for each in columns)
    assert f'map: "{wide.name}")`' in told.help


def test_a_long_default_is_cut_where_one_only_looks() -> None:
    (told,) = comparing.compare(GOOD, with_column(USERS, "state", default=replace(ACTIVE, text="b" * 1000)))
    assert "bbb...`" in told.message
    assert f'write `@default("{"b" * 1000}")`' in told.help


def test_names_that_the_schema_gives_reach_the_comparison() -> None:
    text = """\
datasource db {
  provider     = "postgresql"
  relationMode = "prisma"
}
enum Role {
  ADMIN @map("admin")
}
model User {
  id    Int    @id
  a     Int    @unique
  b     Role   @default(ADMIN)
  posts Post[] @relation("rep")

  @@unique([a, b], name: "both")
}
model Post {
  id     Int  @id
  userId Int
  user   User @relation("rep", fields: [userId], references: [id])
}
"""
    keyed = text.replace('  relationMode = "prisma"\n', "")
    without_keys, with_them = (
        expected.read(nodes.Schema((parser.parse("schema.prisma", each)[0],)))[0] for each in (text, keyed)
    )
    assert not without_keys.has_keys
    assert with_them.has_keys
    (told,) = with_them.tables["public", "Post"].foreign_keys.values()
    assert told.called == "rep"
    indexes = with_them.tables["public", "User"].indexes
    assert {each.name: (each.called, each.is_of_field) for each in indexes.values()} == {
        "User_pkey": ("", True),
        "User_a_key": ("", True),
        "User_a_b_key": ("both", False),
    }
    assert with_them.enums["public", "Role"].names == ("ADMIN",)
