"""The parts of `gen checklist` that need no database: what JavaScript calls, what generated clients hold."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator.checklist import accessors, assigned, clients, copies, looking, prefilter, scanning, trees
from generator.checklist.items import Item, Outcome, State
from generator.diagnostics import Position
from generator.model import Prisma
from generator.prisma import files, parser
from generator.prisma.nodes import Schema
from tests.support import models

ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / "tests" / "cases" / "checklist" / "clients"
# Pages of rules that `gen prisma check` finds in the file itself: they fail the models, and nothing else is verified.
OF_THE_FILE = frozenset(
    f"prisma-{each}"
    for each in (
        *(
            "argument",
            "default",
            "duplicate",
            "encoding",
            "exclude-unused",
            "link",
            "missing",
            "name",
            "native-type",
        ),
        *(
            "not-a-file",
            "provider",
            "relation",
            "same-name",
            "size",
            "syntax",
            "unknown-attribute",
            "unknown-field",
        ),
        "unknown-type",
    )
)


def test_every_rule_about_prisma_belongs_to_one_item() -> None:
    pages = {each.stem for each in (ROOT / "docs" / "rules").glob("prisma-*.md")}
    assert pages == OF_THE_FILE | set(assigned.ITEMS)
    assert not OF_THE_FILE & set(assigned.ITEMS)
    assert set(assigned.ITEMS.values()) == {Item.MODEL, Item.TYPES, Item.INDEXES}


def test_the_items_are_the_strategys() -> None:
    assert [f"{each.value} {each.title}" for each in Item][0::5] == [
        "1 Create goose SQL migration",
        "6 Write tests using Prisma Client",
    ]
    assert len(Item) == 6


USED = (
    "prisma.user.findMany()",
    "await prisma.user.create({ data: { email: 'a' } });",
    "this.db.prisma\n  .user\n  .upsert({})",
    "prisma?.user?.findFirst({})",
    "prisma!.user!.delete({})",
    "prisma.user.findMany<Prisma.UserFindManyArgs<{ a: 1 }>>({})",
    "prisma.user.findMany<() => void>({})",
    "prisma.user.findMany?.()",
    "prisma['user'].count()",
    'prisma["user"]["count"]()',
    "client().user.update({})",
    "tx /* why */ .user // now\n .groupBy({})",
    "`a ${await prisma.user.count()} b`",
    "`a ${`b ${x ? { y: 1 } : prisma.user.count()}`} c`",
    "const a = b / c; prisma.user.count() / 2",
    "a = /[/'\"`]/.test(b); prisma.user.count()",
    "return /`/g.test(a) && prisma.user.count()",
    "f(/\\//, prisma.user.count())",
    "<b>{await prisma.user.count()}</b>",
    "<i></i><b>{prisma.user.count()}</b>",
    "const s = 'it\\'s'; prisma.user.count()",
    "<p>don't</p>\nprisma.user.count()",
    "#!/usr/bin/env node '\nprisma.user.count()",
    "x = a++ ; prisma.user.count()",
    "/* ** a */ prisma.user.count()",
    "i++ / c; prisma.user.findMany(); d / e",
    "i-- / c; prisma.user.findMany(); d / e",
    "x! / c; prisma.user.findMany(); d / e",
    "f()! / c; prisma.user.findMany(); d / e",
    "a.return / c; prisma.user.findMany(); d / e",
    "if (!/[/'\"]/.test(a)) prisma.user.count()",
    "const { user } = prisma; user.findMany()",
    "const { post: p, user: u } = this.db.prisma;\nbeforeEach(() => u.findMany());",
    "const { user, } = new PrismaClient(); await user.count();",
    "const u = prisma.user; u.findMany()",
    "let u: Prisma.UserDelegate;\nbeforeAll(() => { u = prisma['user']; });\nit('', () => u.findMany());",
    "const u: Prisma.UserDelegate = client!.user as any; u.findMany()",
    "(prisma.user as any).findMany()",
    "await (prisma.user satisfies Prisma.UserDelegate<X>).findMany()",
    "(prisma.user).findMany()",
    "prisma[`user`].findMany()",
    "prisma[`user`][`findMany`]()",
    "it.skip('a', () => { prisma.post.count(); }); it('b', () => { prisma.user.count(); });",
    "it('skip', () => prisma.user.count())",
    "stats.user.count < limit && n > (3); prisma.user.count()",
    "it('a', { skip: false }, () => prisma.user.count())",
    "it('a', { skip: '' }, () => prisma.user.count())",
    "it('a', { skip: isSlow }, () => prisma.user.count())",
    "it('a', { skip: true && isSlow }, () => prisma.user.count())",
    "it('a', { timeout: 5 }, () => prisma.user.count())",
    "it('a', () => { f({ skip: true }); prisma.user.findMany({ skip: 1 }) })",
    "it('a', f({ skip: true }), () => prisma.user.count())",
    "it('a', { data: { skip: true } }, () => prisma.user.count())",
    "it['only']('a', () => prisma.user.count())",
)
NOT_USED = (
    "",
    "// prisma.user.findMany()",
    "/* prisma.user.findMany() */",
    "/** @example prisma.user.findMany() ",
    "'prisma.user.findMany()'",
    '"prisma.user.findMany()"',
    "`prisma.user.findMany()`",
    "`a ${b} prisma.user.findMany() ${c}`",
    "`a ${'}'} prisma.user.findMany() `",
    "const a = /prisma.user.findMany()/;",
    "prisma.user",
    "prisma.user.findMany",
    "prisma.user.findMany.mockResolvedValue([])",
    "type T = typeof prisma.user.findMany<X>;",
    "prisma.users.findMany()",
    "prisma.User.findMany()",
    "user.findMany()",
    "[...user.values()].count()",
    "f(...user.count())",
    "['user'].count()",
    "prisma.user.fields()",
    "prisma.user.email.create()",
    "prisma.post.create({ data: { user: { create: {} } } })",
    "this.#user.create()",
    "prisma.user ? .5 : create()",
    "'a\\\nprisma.user.findMany()'",
    "prismaMock.user.create.mockResolvedValue({})",
    "stats.user.count < limit && n > (3)",
    "stats.user.count < limit || n > (3)",
    "stats.user.count < limit == n > (3)",
    "stats.user.count < 3, n > (3)",
    "f(stats.user.count < limit) > (3)",
    "stats.user.count < limit, n > (3)",
    "it.skip('a', () => { prisma.user.count(); })",
    "test.skip('a', () => { prisma.user.count(); })",
    "describe.skip('a', () => { it('b', () => { prisma.user.count(); }); })",
    "test.concurrent.skip('a', () => { prisma.user.count(); })",
    "it.skip.each([[1], [2]])('a', () => { prisma.user.count(); })",
    "it.skip.each`a\n${1}`('a', () => { prisma.user.count(); })",
    "xit('a', () => { prisma.user.count(); })",
    "it['skip']('a', () => { prisma.user.count(); })",
    "test.fixme('a', () => { prisma.user.count(); })",
    "test.todo('a', () => { prisma.user.count(); })",
    "test('a', { skip: true }, () => { prisma.user.count(); })",
    "test('a', { timeout: 5, 'skip': 'flaky, see #3' }, async () => { await prisma.user.count(); })",
    "test({ name: 'a', todo: true }, () => prisma.user.count())",
    "describe('a', { skip: true, }, () => { it('b', () => { prisma.user.count(); }); })",
    "xtest('a', () => { prisma.user.count(); })",
    "xdescribe('a', () => { f(')'); prisma.user.count(); })",
    "const { user } = await signIn(); user.update({})",
    "const { user } = prisma; const user = f(); user.update()",
    "const user = req.body; user.update()",
    "a.user = b; a.update()",
    "expect(prisma.user).count()",
    "const { account } = prisma; user.update()",
)


@pytest.mark.parametrize("text", USED)
def test_a_call_of_the_client_is_found(text: str) -> None:
    assert [each.name for each in accessors.calls(text, {"user", "post"}).calls] == ["user"]


@pytest.mark.parametrize("text", NOT_USED)
def test_what_is_no_call_of_the_client_is_not(text: str) -> None:
    assert accessors.calls(text, {"user"}).calls == ()


def test_a_call_is_where_the_accessor_is() -> None:
    text = "// prisma.user.count()\nawait prisma\n  .user.count()\n"
    (found,) = accessors.calls(text, {"user"}).calls
    assert (found.name, found.method, text.count("\n", 0, found.at) + 1) == ("user", "count", 3)


# More than a few seconds for none of these: a line of unclosed patterns took minutes.
HUGE = (
    ".user\n",
    ".user.count<",
    "(/[",
    "(/[\n",
    "it.skip(",
    "user = ",
    "const {user, user} = ",
    "(user)",
    "'\\\\",
    "${`",
)
ALL_OF_IT = """
import sys
from generator.checklist import accessors, looking
for each in sys.argv[1:]:
    length = looking.MAX_BYTES if each in ("(/[", ".user.count<") else looking.MAX_BYTES // 16
    text = ".user.x\\n" + each * (length // len(each)) + "\\n;user.count"
    accessors.calls(text, frozenset({"user"}))
    print("done")
"""


@pytest.mark.parametrize("text", HUGE)
def test_a_file_of_the_largest_size_ends(text: str) -> None:
    """In a process of its own, which can be stopped."""
    said = subprocess.run(
        [sys.executable, "-c", ALL_OF_IT, text],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (said.stdout, said.stderr) == ("done\n", "")


@pytest.mark.parametrize(
    ("path", "is_test"),
    [
        ("src/user.test.ts", True),
        ("src/user.spec.tsx", True),
        ("src/app.e2e-spec.ts", True),
        ("src/user_test.js", True),
        ("src/user.e2e.ts", True),
        ("src/__tests__/user.ts", True),
        ("apps/auth/test/support/user.ts", True),
        ("integration/user.ts", True),
        ("integration-tests/user.ts", True),
        ("src/api_test/user.ts", True),
        ("src/test-utils/user.ts", False),
        ("src/latest/user.ts", False),
        ("src/user.service.ts", False),
        ("src/test.ts", False),
        ("src/testing/user.ts", False),
        ("src/latest.ts", False),
        ("src/contest.controller.ts", False),
    ],
)
def test_which_files_are_tests(path: str, is_test: bool) -> None:
    assert looking.is_test(path) == is_test


@pytest.mark.parametrize(
    ("head", "is_clients"),
    [
        ("import { PrismaClient } from './db';", True),
        ("import prisma from '@prisma/client/extension';", True),
        ("import { prisma } from '../generated/client';", True),
        ("import { prisma } from '../generated';", False),
        ("const api = trpc.createClient();", False),
        ("// PrismaClient of '@prisma/client'", False),
    ],
)
def test_whose_client_it_is_says_what_a_test_imports(tmp_path: Path, head: str, is_clients: bool) -> None:
    (tmp_path / "test").mkdir()
    (tmp_path / "test/user.ts").write_text(f"{head}\n  db.user.count()")
    looked = looking.look(tmp_path, ["test"], frozenset({"user"}), frozenset({"generated/client"}))
    assert looked.uses == {"user": looking.Use("test/user.ts", 2, ".user.count(", is_clients)}


def test_only_files_that_were_read_are_counted(tmp_path: Path) -> None:
    (tmp_path / "test").mkdir()
    (tmp_path / "test/a.ts").write_text("")
    (tmp_path / "test/b.ts").write_bytes(b"\xff")
    looked = looking.look(tmp_path, ["test", "gone"], frozenset({"user"}), frozenset())
    assert (looked.files, looked.unread, looked.wrong) == (
        1,
        ["test/b.ts is not UTF-8"],
        {1: "does not exist"},
    )


def test_most_files_are_not_read_word_by_word() -> None:
    ordinary = (
        "const user = req.user;\nif (user.name) this.users.delete(user.id);\ncounts.create({ user });\n" * 9
    )
    assert not prefilter.may_call(ordinary, frozenset({"user", "post"}))


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("User", "user"),
        ("UserRole", "userRole"),
        ("URLPart", "uRLPart"),
        ("user_roles", "user_roles"),
        ("A", "a"),
    ],
)
def test_the_clients_name_of_a_model(model: str, name: str) -> None:
    assert accessors.name(model) == name


@pytest.mark.parametrize(
    "text", ["`${" * 5000, "/*" + "*" * 100_000, "'" * 100_001, ".user.count<" * 3000, "{" * 9999]
)
def test_the_tokenizer_ends(text: str) -> None:
    assert accessors.calls(f"{text} user", {"user"}).calls == ()
    assert len(list(scanning.tokens(text))) <= len(text)


def schema(text: str) -> Schema:
    parsed, problems = parser.parse("schema.prisma", text)
    assert not problems
    return Schema((parsed,))


BASE = (
    'model User {\n  id Int @id\n  role Role @default(USER)\n  @@index([id, role])\n  @@map("users")\n}\n\n'
    "enum Role {\n  ADMIN\n  USER\n}\n"
)


@pytest.mark.parametrize(
    "same",
    [
        BASE.replace("  ", "\t").replace("\n", "\r\n"),
        f'// a comment\n{BASE}\ngenerator x {{\n  provider = "y"\n}}\n',
        BASE.replace("model", "/// said\nmodel").replace("@id", "@id // why"),
        BASE.replace(
            "  id Int @id\n  role Role @default(USER)\n", "  role Role @default(USER)\n  id Int @id\n"
        ),
        BASE.replace(
            '  @@index([id, role])\n  @@map("users")\n', '  @@map("users")\n  @@index([id, role])\n'
        ),
        "\n".join(reversed(BASE.split("\n\n"))),
    ],
)
def test_clients_of_the_same_meaning(same: str) -> None:
    assert list(copies.differences(schema(BASE), schema(same))) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        (
            "  role Role",
            "  nick String?\n  role Role",
            1,
            "has the model `User` otherwise: its field `nick` is not in the schema",
        ),
        (
            "  role Role @default(USER)\n",
            "",
            3,
            "has the model `User` otherwise: the field `role` is not in it",
        ),
        ("Int @id", "BigInt @id", 2, "has the model `User` otherwise: the field `id` differs"),
        ("@default(USER)", "@default(ADMIN)", 3, "has the model `User` otherwise: the field `role` differs"),
        ("role Role", "role Role?", 3, "has the model `User` otherwise: the field `role` differs"),
        ("[id, role]", "[role, id]", 4, "has the model `User` otherwise: `@@index` is not in it, or differs"),
        ('"users"', '"people"', 5, "has the model `User` otherwise: `@@map` is not in it, or differs"),
        (
            "  @@index",
            "  @@unique([role])\n  @@index",
            1,
            "has the model `User` otherwise: an attribute of it is not in the schema",
        ),
        ("  ADMIN\n", "", 8, "has the enum `Role` otherwise: its values differ"),
        ("model User", "view User", 1, "has no model `User`"),
        ("enum Role", "enum Rolle", 8, "has no enum `Role`"),
    ],
)
def test_a_client_of_another_schema(old: str, new: str, line: int, what: str) -> None:
    mine = schema(BASE)
    assert old in BASE
    first = next(copies.differences(mine, schema(BASE.replace(old, new))))
    assert first.what == what
    assert first.place is not None
    assert mine.position(first.place).line == line


def test_a_block_that_only_the_client_has() -> None:
    (found,) = copies.differences(schema(BASE), schema(f"{BASE}\nmodel Old {{\n  id Int @id\n}}\n"))
    assert (found.what, found.place) == ("has the model `Old`, and the schema has not", None)


@pytest.fixture(params=["5", "6", "7"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A schema of three files and what the real `prisma generate` of this version made of it."""
    shutil.copytree(CLIENTS / request.param, tmp_path / "app")
    return tmp_path / "app"


def verified(root: Path, path: str = "prisma") -> Outcome:
    read, problems = files.read(root, path, Position("services.yaml"))
    assert not problems
    service = models.service(prisma=Prisma(path, (), "public", ()))
    return clients.verify(root, service, read)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new).encode())


def test_what_prisma_generated_is_of_the_schema(project: Path) -> None:
    found = verified(project)
    assert found.state is State.PASSED, found
    expected = ["the client of `generator client` holds this schema: generated/js/index.js"]
    if project.joinpath("generated/ts").exists():
        expected.append("the client of `generator typed` holds this schema: generated/ts/internal/class.ts")
    assert list(found.told) == expected


def test_a_client_of_yesterday_fails_at_the_line(project: Path) -> None:
    edit(project / "prisma/models/user.prisma", "  posts Post[]", "  nick String?\r\n  posts Post[]")
    found = verified(project)
    assert found.state is State.FAILED
    assert {(each.rule, each.position.path, each.position.line) for each in found.diagnostics} == {
        ("checklist-client-stale", "prisma/models/user.prisma", 6)
    }
    assert len(found.diagnostics) == (2 if project.joinpath("generated/ts").exists() else 1)
    assert "has the model `User` otherwise: the field `nick` is not in it" in found.diagnostics[0].message


def test_one_stale_client_of_two_fails(project: Path) -> None:
    edit(project / "generated/js/index.js", "  userId ", "  userID ")
    found = verified(project)
    assert found.state is State.FAILED
    assert [each.position.path for each in found.diagnostics] == ["prisma/models/post.prisma"]


def test_a_client_that_is_not_there_is_not_verified(project: Path) -> None:
    shutil.rmtree(project / "generated")
    found = verified(project)
    assert found.state is State.NOT_VERIFIED
    assert "there is no generated client: looked at generated/js/index.js" in found.told[0]
    assert "pnpm prisma generate" in found.help


def test_half_a_client_is_none(project: Path) -> None:
    (project / "generated/js/index.js").unlink()
    assert verified(project).state is State.NOT_VERIFIED


LOCAL = (
    'datasource db {\n  provider = "postgresql"\n}\n\ngenerator client {\n  provider = "prisma-client-js"\n}\n\n'
    + BASE
)


def code(schema: str) -> str:
    return f'const config = {{\n  "inlineSchema": {json.dumps(schema)},\n}}\n'


def installed(root: Path, store: str = "") -> Path:
    """A schema in apps/auth, with its client where npm or pnpm have it; the client's folder."""
    (root / "apps/auth/prisma").mkdir(parents=True)
    (root / "apps/auth/prisma/schema.prisma").write_text(LOCAL)
    packages = root / (store or "node_modules")
    (packages / "@prisma/client").mkdir(parents=True)
    if store:
        links = root / "apps/auth/node_modules/@prisma"
        links.mkdir(parents=True)
        (links / "client").symlink_to(os.path.relpath(packages / "@prisma/client", links))
    client = packages / ".prisma/client"
    client.mkdir(parents=True)
    (client / "schema.prisma").write_text("// not this one: it is beside the code\n")
    (client / "index.js").write_text(code(LOCAL))
    return client


SCHEMA = "apps/auth/prisma/schema.prisma"
STORE = "node_modules/.pnpm/@prisma+client@6.19.3/node_modules"


@pytest.mark.parametrize("store", ["", STORE])
def test_the_default_place_of_a_client(tmp_path: Path, store: str) -> None:
    client = installed(tmp_path, store)
    found = verified(tmp_path, SCHEMA)
    assert found.state is State.PASSED, found
    assert found.told[0].endswith(f": {(client / 'index.js').relative_to(tmp_path)}")
    edit(client / "index.js", "Int @id", "BigInt @id")
    found = verified(tmp_path, SCHEMA)
    assert [(each.position.path, each.position.line) for each in found.diagnostics] == [(SCHEMA, 10)]


def test_no_package_names_the_places(tmp_path: Path) -> None:
    installed(tmp_path)
    shutil.rmtree(tmp_path / "node_modules")
    found = verified(tmp_path, SCHEMA)
    assert found.state is State.NOT_VERIFIED
    assert (
        "looked at apps/auth/prisma/node_modules/@prisma/client, apps/auth/node_modules/@prisma/client, "
        "apps/node_modules/@prisma/client, node_modules/@prisma/client"
    ) in found.told[0]


def test_the_stub_of_a_fresh_installation_is_no_client(tmp_path: Path) -> None:
    client = installed(tmp_path)
    (client / "schema.prisma").unlink()
    (client / "index.js").write_text("throw new Error('run prisma generate')\n")
    assert verified(tmp_path, SCHEMA).state is State.NOT_VERIFIED


def hostile(client: Path, file: str, how: str) -> None:
    copy = client / file
    copy.unlink()
    match how:
        case "link":
            copy.symlink_to("/etc/passwd")
        case "fifo":
            os.mkfifo(copy)
        case "folder":
            copy.mkdir()
        case "bytes":
            copy.write_bytes(b"\xff\xfe\x00")
        case "circle":
            copy.symlink_to(file)
        case "text":
            copy.write_text("<html>")
        case "giant":
            with copy.open("wb") as stream:
                stream.truncate(clients.MAX_BYTES + 1)


@pytest.mark.parametrize("how", ["link", "fifo", "folder", "bytes", "circle", "text", "giant"])
@pytest.mark.parametrize("file", ["index.js", "schema.prisma"])
def test_a_hostile_client_is_not_verified(tmp_path: Path, file: str, how: str) -> None:
    client = installed(tmp_path)
    if file == "schema.prisma":
        (client / "index.js").write_text("module.exports = {}\n")
    else:
        (client / "schema.prisma").unlink()
    hostile(client, file, how)
    found = verified(tmp_path, SCHEMA)
    assert (found.state, found.diagnostics) == (State.NOT_VERIFIED, ())


def test_a_package_outside_of_the_repository_is_not_looked_at(tmp_path: Path) -> None:
    installed(tmp_path / "elsewhere")
    installed(tmp_path / "here")
    shutil.rmtree(tmp_path / "here/node_modules")
    (tmp_path / "here/node_modules").symlink_to(tmp_path / "elsewhere/node_modules")
    found = verified(tmp_path / "here", SCHEMA)
    assert found.state is State.NOT_VERIFIED
    assert "is a link out of the repository" in found.told[0]


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ('provider = "prisma-client"', "has no `output`"),
        ('provider = "prisma-client-js"\n  output = env("OUT")', "is no plain text"),
        ('provider = env("X")', "names no `provider`"),
        (
            'provider = "prisma-client-js"\n  output = "../../../../out"',
            "is outside of the directory of services.yaml, where gen does not look: ../out",
        ),
        (
            'provider = "prisma-client"\n  output = "/nowhere/out"',
            "is outside of the directory of services.yaml, where gen does not look: /nowhere/out",
        ),
        (
            'provider = "prisma-client"\n  output = "a"\n  generatedFileExtension = "../x"',
            "is none that Prisma has",
        ),
    ],
)
def test_where_gen_cannot_know(tmp_path: Path, setting: str, said: str) -> None:
    installed(tmp_path)
    edit(tmp_path / SCHEMA, 'provider = "prisma-client-js"', setting)
    found = verified(tmp_path, SCHEMA)
    assert found.state is State.NOT_VERIFIED
    assert said in found.told[0]


def test_what_is_no_client_is_named(project: Path) -> None:
    (project / "generated/js/index.js").write_text("module.exports = {}\n", encoding="utf-8")
    (project / "generated/js/schema.prisma").unlink(missing_ok=True)
    found = verified(project)
    assert found.state is State.NOT_VERIFIED
    assert "generated/js/index.js holds no `inlineSchema`" in found.told[0]
    assert found.told[0].endswith("and there is no generated/js/schema.prisma")


JS = 'provider = "prisma-client-js"'


def test_an_absolute_output_inside_is_looked_at(tmp_path: Path) -> None:
    client = installed(tmp_path)
    edit(tmp_path / SCHEMA, JS, f'{JS}\n  output = "{client}"')
    assert verified(tmp_path, SCHEMA).state is State.PASSED


def test_a_schema_beside_an_empty_file_is_no_client(tmp_path: Path) -> None:
    client = installed(tmp_path)
    (client / "index.js").write_text("\n")
    (client / "schema.prisma").write_text(LOCAL)
    found = verified(tmp_path, SCHEMA)
    assert found.state is State.NOT_VERIFIED
    assert "holds no `inlineSchema`" in found.told[0]


def test_a_client_that_has_the_schema_beside_it(tmp_path: Path) -> None:
    client = installed(tmp_path)
    for text in ("module.exports = {}\n", code("bW9kZWw=")):
        (client / "index.js").write_text(text)
        (client / "schema.prisma").write_text(LOCAL)
        assert verified(tmp_path, SCHEMA).state is State.PASSED
        edit(client / "schema.prisma", "Int @id", "BigInt @id")
        assert verified(tmp_path, SCHEMA).state is State.FAILED


@pytest.mark.parametrize("how", ["the same", "link", "hard link"])
def test_the_schema_is_not_compared_with_itself(tmp_path: Path, how: str) -> None:
    installed(tmp_path)
    schema = tmp_path / SCHEMA
    folder = schema.parent
    output = "." if how == "the same" else "../out"
    edit(schema, JS, f'{JS}\n  output = "{output}"')
    out = folder / output
    out.mkdir(exist_ok=True)
    (out / "index.js").write_text("module.exports = require('./seed')\n")
    if how == "link":
        (out / "schema.prisma").symlink_to(schema)
    if how == "hard link":
        (out / "schema.prisma").hardlink_to(schema)
    found = verified(tmp_path, SCHEMA)
    assert found.state is State.NOT_VERIFIED, found
    assert "is no client of Prisma's" in found.told[0]


FEATURE = 'previewFeatures = ["views", "relationJoins"]'


@pytest.mark.parametrize(
    ("now", "then", "is_same"),
    [
        (FEATURE, 'previewFeatures = ["relationJoins", "views"]', True),
        (FEATURE, 'previewFeatures = ["views"]', False),
        (FEATURE, "", False),
        ("", FEATURE, False),
        ("", "previewFeatures = []", True),
    ],
)
def test_a_client_of_other_preview_features(tmp_path: Path, now: str, then: str, is_same: bool) -> None:
    client = installed(tmp_path)
    (tmp_path / SCHEMA).write_text(LOCAL.replace(JS, f"{JS}\n  {now}"))
    (client / "index.js").write_text(code(LOCAL.replace(JS, f"{JS}\n  {then}")))
    found = verified(tmp_path, SCHEMA)
    assert (found.state is State.PASSED) == is_same
    if not is_same:
        (stale,) = found.diagnostics
        assert (stale.rule, stale.position.line) == ("checklist-client-stale", 7 if now else 5)
        assert "was made with other `previewFeatures`" in stale.message


def test_a_generator_of_another_name_says_nothing_of_features(tmp_path: Path) -> None:
    client = installed(tmp_path)
    other = LOCAL.replace("generator client", "generator other").replace(JS, f"{JS}\n  {FEATURE}")
    (client / "index.js").write_text(code(other))
    assert verified(tmp_path, SCHEMA).state is State.PASSED


def test_a_schema_without_a_generator_fails(tmp_path: Path) -> None:
    installed(tmp_path)
    edit(tmp_path / SCHEMA, '"prisma-client-js"', '"zod-prisma-types"')
    found = verified(tmp_path, SCHEMA)
    assert [(each.rule, each.position.line) for each in found.diagnostics] == [
        ("checklist-generator-missing", 1)
    ]


def test_a_walk_ends_in_hostile_trees(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/round").symlink_to("..")
    (tmp_path / "a/out.ts").symlink_to("/etc/passwd")
    (tmp_path / "a/node_modules").mkdir()
    (tmp_path / "a/node_modules/x.ts").write_text("")
    (tmp_path / "a/b/good.ts").write_text("x")
    (tmp_path / "a/other.md").write_text("")
    os.mkfifo(tmp_path / "a/pipe.ts")
    walk = trees.Walk(tmp_path, {".ts"})
    found = dict(sorted(walk.files("a")))
    assert list(found) == ["a/b/good.ts", "a/pipe.ts"]
    assert walk.text(found["a/pipe.ts"], "a/pipe.ts", 10) is None
    assert walk.unread == ["a/out.ts is a link out of the repository", "a/pipe.ts is not a plain file"]
    assert list(walk.files("a/b")) == []  # each file once


@pytest.mark.parametrize("path", ["../x", "/etc", "none", "a\0b"])
def test_no_path_out_of_the_repository(tmp_path: Path, path: str) -> None:
    with pytest.raises(trees.Unreadable):
        trees.real(tmp_path, path)
