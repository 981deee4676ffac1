"""The characters of a schema.prisma: words, strings, numbers, comments and line ends, at an offset.

There are no tokens beforehand: Prisma's grammar (datamodel.pest in schema-ast of prisma-engines) is a PEG, in
which the same characters mean different things in different places. `1a` is a field's name and no number,
`{ … }` behind a model's name is ignored up to the end of the line.
"""

from __future__ import annotations

import re

from generator.migrations import quoting
from generator.prisma.nodes import Name, Number, Span, Text

# Unicode's space separators and the tab. No form feed, and no line break: in Prisma every line stands alone.
_SPACE = "[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]*"
_SKIPPED = re.compile(_SPACE)
_REST = re.compile("[^\r\n]*")
_LINE_END = re.compile("\r\n|\n|\r")
# A little too much, for speed: `_sound` cuts the other digits, letter-like numbers and marks away.
_WORD = re.compile(r"[^\W_][\w-]*")
_PATH = re.compile(r"[^\W_][\w-]*(?:\.(?:[^\W_][\w-]*)?)*")
_NAMED = re.compile(rf"([^\W_][\w-]*){_SPACE}:")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_PLAIN = r'[^"\\\x00-\x1f]*'
_STRING = re.compile(rf'"({_PLAIN}(?:\\.{_PLAIN})*)"', re.DOTALL)
_ESCAPE = re.compile(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL
)
_ESCAPED = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class Mistake(Exception):
    """What is wrong in a line, from `begin` for `length` characters.

    The line is given up, and all that follows up to the line of the offset `resume`.
    """

    def __init__(
        self,
        begin: int,
        length: int,
        message: str,
        help: str,
        *,
        resume: int = 0,
        rule: str = "prisma-syntax",
    ) -> None:
        super().__init__(message)
        self.begin = begin
        self.length = length
        self.message = message
        self.help = help
        self.resume = max(begin, resume)
        self.rule = rule


class Cursor:
    """A place in a text, which moves on as things are read."""

    __slots__ = ("_no_comment_end", "in_configuration", "index", "open", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.index = 0
        # In a datasource or generator, where a misplaced quote can lay a password bare: messages repeat no words.
        self.in_configuration = False
        # Where the brackets of this line begin that are not closed yet.
        self.open: list[int] = []
        self._no_comment_end = len(text) + 1

    def at_end(self) -> bool:
        return self.index >= len(self.text)

    def peek(self) -> str:
        """The next character behind spaces, which are passed; empty at the end of the text."""
        mark = self.text[self.index : self.index + 1]
        if mark in {" ", "\t"} or mark > "~":  # the pattern alone takes a third of the whole time
            found = _SKIPPED.match(self.text, self.index)
            self.index = found.end() if found is not None else self.index
            mark = self.text[self.index : self.index + 1]
        return mark

    def span(self, begin: int, end: int | None = None) -> Span:
        return Span(self.path, begin, self.index if end is None else end)

    def line_end(self) -> bool:
        """Pass a line end, or tell that here is none."""
        if self.text.startswith("\n", self.index):
            self.index += 1
            return True
        found = _LINE_END.match(self.text, self.index)
        if found is not None:
            self.index = found.end()
        return found is not None

    def rest(self) -> str:
        """The rest of the line, which is not passed."""
        found = _REST.match(self.text, self.index)
        return found[0] if found is not None else ""

    def word(self) -> Name | None:
        return self._name(_WORD)

    def named(self) -> Name | None:
        """Pass `name:`, where both are here."""
        found = _NAMED.match(self.text, self.index)
        if found is None or _sound(found[1]) != found[1]:
            return None
        begin, self.index = self.index, found.end()
        return Name(found[1], Span(self.path, begin, found.end(1)))

    def dotted(self) -> Name | None:
        return self._name(_PATH)

    def _name(self, pattern: re.Pattern[str]) -> Name | None:
        begin = self.index
        found = pattern.match(self.text, begin)
        if found is None:
            return None
        word = found[0]
        if not word.isascii():
            word = _sound(word)
            if not word:
                return None
        self.index = begin + len(word)
        return Name(word, Span(self.path, begin, self.index))

    def number(self) -> Number | None:
        found = _NUMBER.match(self.text, self.index)
        if found is None:
            return None
        begin, self.index = self.index, found.end()
        return Number(found[0], Span(self.path, begin, self.index))

    def string(self) -> Text:
        """The string literal that begins here."""
        begin = self.index
        found = _STRING.match(self.text, begin)
        if found is None:
            raise self._no_string(begin)
        self.index = found.end()
        value = found[1]
        if "\\" in value:
            value = _ESCAPE.sub(self._unescaped, value)
        return Text(value, Span(self.path, begin, self.index))

    def _unescaped(self, found: re.Match[str]) -> str:
        high, low, unit, plain = found.groups()
        if high is not None:
            return chr(0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF))
        if unit is not None and not 0xD800 <= int(unit, 16) <= 0xDFFF:
            return chr(int(unit, 16))
        if plain in _ESCAPED:
            return _ESCAPED[plain]
        # `found` is of the string's inside, which ends one quote before the cursor.
        begin = self.index - 1 - len(found.string) + found.start()
        if unit is not None or plain == "u":
            what = (
                "`\\u` with less than four hexadecimal digits, or half of a surrogate pair, is no character"
            )
            raise Mistake(
                begin, 2, what, 'write four digits: "\\u00e9"; above U+FFFF two such: "\\ud83d\\ude00"'
            )
        shown = "" if self.in_configuration else f" `\\{quoting.shown(plain)}`"
        raise Mistake(
            begin,
            2,
            f"the escape sequence{shown} means nothing in a string",
            'a backslash itself is written twice: "C:\\\\data"; others are \\" \\/ \\b \\f \\n \\r \\t \\u00e9',
        )

    def _no_string(self, begin: int) -> Mistake:
        line = self.rest()
        for offset, each in enumerate(line):
            if each < " ":
                return Mistake(
                    begin + offset,
                    1,
                    f"a string holds {quoting.character(each)} as it stands",
                    "write it as an escape sequence: \\t for a tab, \\u0001 for others",
                )
        return Mistake(
            begin, len(line), "the string is not closed on its line", 'end it with `"`; a line break is \\n'
        )

    def comment(self) -> list[str] | None:
        """Pass the comment that begins here: what `///` or `/* */` says, an empty list for `//`.

        None, and nothing is passed, where none begins, or one is never closed.
        """
        text, begin = self.text, self.index
        if text.startswith("//", begin):
            line = self.rest()
            self.index += len(line)
            return [line[3:].lstrip()] if line.startswith("///") else []
        # `/*` came with Prisma 6. A text full of unclosed ones is searched once, not once for each.
        if text.startswith("/*", begin) and begin < self._no_comment_end:
            end = text.find("*/", begin + 2)
            if end >= 0:
                self.index = end + 2
                return [text[begin + 2 : end].strip()]
            self._no_comment_end = begin
        return None

    def found(self) -> tuple[int, str]:
        """The length of what stands here and how to name it in a message."""
        text = self.text[self.index : self.index + 200]
        if not text:
            return 0, "the file ends"
        if text[0] in "\r\n":
            return 0, "the line ends"
        found = _PATH.match(text)
        word = _sound(found[0]) if found is not None else ""
        if word:
            return len(
                word
            ), "there is a word" if self.in_configuration else f"there is `{quoting.shown(word)}`"
        return 1, f"there is `{text[0]}`" if " " < text[
            0
        ] <= "~" else f"there is {quoting.character(text[0])}"


def _sound(word: str) -> str:
    """The beginning of a word that Prisma takes for one: ASCII and letters of any language, no other digits."""
    if word.isascii():
        return word
    for index, each in enumerate(word):
        if not (each.isascii() or each.isalpha()):
            return word[:index]
    return word
