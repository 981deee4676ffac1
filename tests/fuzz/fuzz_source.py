"""Throw damaged services.yaml files at the reader and the reporters for FUZZ_SECONDS (default 30).

Run as a program. A crash prints the seed and the input; FUZZ_SEED repeats a run.
"""

from __future__ import annotations

import os
import random
import sys
import time

from generator import source
from generator.report import json as json_report
from generator.report import text as text_report

SEED = """\
version: 1
defaults: &d
  image: "example/goose:3.27.3"   # a comment
  env: [{name: A, value: "x\\ty"}, {name: B, value: 'ü😀'}]
services:
  auth-service:
    <<: *d
    database: {secret: {name: auth-db, key: dsn}}
    retries: 3
    sql: |
      SELECT 1;
        -- indented
    enabled: true
    since: 2026-01-17
"""
PIECES = [
    *(
        b"[",
        b"]",
        b"{",
        b"}",
        b": ",
        b"- ",
        b"? ",
        b"&d ",
        b"*d",
        b"<<: *d",
        b"!x ",
        b"!!int ",
        b"! ",
        b"|",
        b">-",
        b"'",
    ),
    *(
        b'"',
        b"\\",
        b"\\u2028",
        b"\n",
        b"\r\n",
        b"\r",
        b"\t",
        b"\x00",
        b"\x1b[2J",
        b"\xff",
        b"\xef\xbb\xbf",
        b"---\n",
    ),
    *(
        b"...\n",
        b"%YAML 1.1\n",
        b"#",
        b"no",
        b"012",
        b"1:30",
        b"\xe2\x80\xa8",
        b"\xc2\x85",
        b"\xe2\x80\xae",
        b"~",
        b"  ",
    ),
]
SLOW = 2.0


def mutate(data: bytes, random_: random.Random) -> bytes:
    result = bytearray(data)
    for _ in range(random_.randint(1, 12)):
        at = random_.randrange(len(result) + 1)
        choice = random_.random()
        if choice < 0.5:
            result[at:at] = random_.choice(PIECES) * random_.choice([1, 1, 1, 2, 60])
        elif choice < 0.7:
            del result[at : at + random_.randint(1, 20)]
        elif choice < 0.85:
            begin = random_.randrange(len(result) + 1)
            result[at:at] = result[begin : begin + random_.randint(1, 80)]
        else:
            result[at : at + 1] = bytes([random_.randrange(256)])
    return bytes(result)


def check(data: bytes) -> None:
    begun = time.process_time()
    document, found = source.parse(data, "services.yaml")
    assert document is not None or found, "neither a document nor a problem"
    if document is not None:
        stack: list[tuple[str | int, ...]] = [()]
        while stack and time.process_time() - begun < SLOW:
            loc = stack.pop()
            value = document.value
            for step in loc:
                value = value[step]  # type: ignore[index]
            document.position(*loc)
            document.key_position(*loc)
            steps = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
            stack += [(*loc, step) for step in steps]
    shown = text_report.render(found, lambda _: data.decode("utf-8", "replace"), color=False)
    assert shown.replace("\n", "").isprintable(), "the terminal would obey the file"
    assert json_report.render(found).isascii()
    assert time.process_time() - begun < SLOW * 2, "too slow"


def main() -> int:
    seconds = float(os.environ.get("FUZZ_SECONDS", "30"))
    seed = int(os.environ.get("FUZZ_SEED", time.time_ns()))
    random_ = random.Random(seed)
    end = time.monotonic() + seconds
    runs = 0
    while time.monotonic() < end:
        data = mutate(SEED.encode(), random_)
        try:
            check(data)
        except Exception:
            print(f"seed {seed}, run {runs}, input {data!r}", file=sys.stderr)
            raise
        runs += 1
    print(f"fuzz_source: {runs} inputs, no traceback (FUZZ_SEED={seed})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
