"""Which images may run the migrations."""

from __future__ import annotations

import pytest

from generator.text import images

DIGEST = "sha256:" + "0123456789abcdef" * 4

PARSED = [
    ("goose:3.27.3", images.Image("docker.io", "library/goose", "3.27.3", None, (3, 27, 3))),
    ("acme/goose:v3.27.3", images.Image("docker.io", "acme/goose", "v3.27.3", None, (3, 27, 3))),
    (
        f"registry.example.com:5000/team/goose:3.27.3-alpine@{DIGEST}",
        images.Image("registry.example.com:5000", "team/goose", "3.27.3-alpine", DIGEST, (3, 27, 3)),
    ),
    (f"localhost/x@{DIGEST}", images.Image("localhost", "x", None, DIGEST, None)),
    ("[::1]:5000/x:1", images.Image("[::1]:5000", "x", "1", None, None)),
    ("r.example.com/a__b/c-d--e.f:1", images.Image("r.example.com", "a__b/c-d--e.f", "1", None, None)),
]

VERSIONS = [
    ("goose", "3.27.3", (3, 27, 3)),
    ("goose", "v3.27.3", (3, 27, 3)),
    ("acme/goose-docker", "3.27.3-alpine", (3, 27, 3)),
    ("goose", "3.27", (3, 27)),
    ("acme/runner", "1.0-goose3.27.3", (3, 27, 3)),
    ("acme/runner", "goose-v3.27.3", (3, 27, 3)),
    ("acme/goose", "1.0-goose3.24.0", (3, 24, 0)),
    # The image's own version.
    ("acme/runner", "3.24.0", None),
    ("acme/goose-runner", "1.4.2", None),
    ("goose/runner", "3.24.0", None),
    ("goose", "3.27.3.1", None),
    ("goose", "3", None),
    ("acme/runner", "mongoose3.1.0", None),
    ("goose", None, None),
]

GOOD = [
    "registry.example.com/goose:3.27.3",
    f"registry.example.com/goose:3.27.3@{DIGEST}",
    f"registry.example.com/goose@{DIGEST}",
    "registry.example.com/goose:3.17.0",
    "registry.example.com/goose:3.21.1",
    "registry.example.com/goose:v3.24.1",
    "registry.example.com/runner:1.0",
    "registry.example.com/pressly/goose:3.27.3",
]

BAD = [
    ("", "image-syntax", ""),
    ("Goose:1", "image-syntax", "Goose"),
    ("registry.example.com/Goose:1", "image-syntax", "Goose"),
    ("registry.example.com//goose:1", "image-syntax", "/goose"),
    ("registry.example.com/goose/:1", "image-syntax", "goose/"),
    ("-registry.example.com/goose:1", "image-syntax", "-registry.example.com"),
    ("registry.example.com/goose:", "image-syntax", ""),
    ("registry.example.com/goose:-1", "image-syntax", "-1"),
    ("registry.example.com/goose:" + "a" * 129, "image-syntax", "a" * 129),
    ("registry.example.com/goose@sha256:abc", "image-syntax", "sha256:abc"),
    ("registry.example.com/goose@" + DIGEST.upper(), "image-syntax", DIGEST.upper()),
    ("registry.example.com/goose@", "image-syntax", ""),
    ("https://registry.example.com/goose:1", "image-syntax", "https://"),
    ("registry.example.com/goose :1", "image-syntax", " "),
    ("registry.example.com/goose:1\n", "image-syntax", "\n"),
    ("registry.example.com/g\u043e\u043ese:1", "image-syntax", "\u043e"),
    ("a/" * 130 + "b:1", "image-syntax", "a/" * 130 + "b:1"),
    ("registry.example.com/goose", "image-tag", "registry.example.com/goose"),
    ("registry.example.com:5000/goose", "image-tag", "registry.example.com:5000/goose"),
    ("registry.example.com/goose:latest", "image-tag", "latest"),
    (f"registry.example.com/goose:latest@{DIGEST}", "image-tag", "latest"),
    ("registry.example.com/goose:latest-alpine", "image-tag", "latest-alpine"),
    ("registry.example.com/goose:v3.23.1", "image-goose-version", "v3.23.1"),
    ("registry.example.com/goose:3.23", "image-goose-version", "3.23"),
    (f"registry.example.com/goose:3.24.0-alpine@{DIGEST}", "image-goose-version", "3.24.0-alpine"),
    ("registry.example.com/goose:3.21.0", "image-goose-version", "3.21.0"),
    ("registry.example.com/goose:3.16.0", "image-goose-version", "3.16.0"),
    ("registry.example.com/runner:1.0-goose2.7.0", "image-goose-version", "1.0-goose2.7.0"),
    ("pressly/goose:v3.27.3", "image-unpublished", "pressly/goose:v3.27.3"),
    ("pressly/goose", "image-unpublished", "pressly/goose"),
    ("docker.io/pressly/goose:latest", "image-unpublished", "docker.io/pressly/goose:latest"),
    ("index.docker.io/pressly/goose:v3", "image-unpublished", "index.docker.io/pressly/goose:v3"),
]


@pytest.mark.parametrize(("text", "image"), PARSED)
def test_the_parts(text: str, image: images.Image) -> None:
    assert images.parse(text) == image


@pytest.mark.parametrize(("repository", "tag", "version"), VERSIONS)
def test_the_goose_version(repository: str, tag: str | None, version: tuple[int, ...] | None) -> None:
    assert images.goose_version(repository, tag) == version


@pytest.mark.parametrize("text", GOOD)
def test_an_image_that_may_run(text: str) -> None:
    assert images.check(text) is None
    assert images.parse(text) is not None


@pytest.mark.parametrize(("text", "rule", "marked"), BAD)
def test_an_image_that_may_not(text: str, rule: str, marked: str) -> None:
    problem = images.check(text)
    assert problem is not None
    assert (problem.rule, text[problem.offset : problem.offset + problem.length]) == (rule, marked)
    assert (images.parse(text) is None) == (rule == "image-syntax")


def test_credentials_in_a_reference_are_not_repeated() -> None:
    problem = images.check("https://user:hunter2@registry.example.com/goose:1")
    assert problem is not None
    assert "hunter2" not in problem.message + problem.help
