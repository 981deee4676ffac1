"""Image references: what a container runtime accepts, and which of them run a goose that works.

The grammar is that of `github.com/distribution/reference` (regexp.go), which Kubernetes' runtimes use.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from generator.text.problem import Problem, shown

_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_HOST = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
    r"|\[[A-Fa-f0-9:]+\])(?::[0-9]+)?"
)
_PATH_COMPONENT = re.compile(_COMPONENT)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST_SIZES = {"sha256": 64, "sha384": 96, "sha512": 128}
_MAX_NAME = 255
_MAX_REFERENCE = 512

_DEFAULT_REGISTRY = "docker.io"
_DEFAULT_REGISTRY_ALIASES = frozenset(("docker.io", "index.docker.io", "registry-1.docker.io"))

# `1.0-goose3.27.3`, `goose-v3.27`
_NAMED_VERSION = re.compile(r"(?:^|[._-])goose[._-]?v?([0-9]{1,4})\.([0-9]{1,4})(?:\.([0-9]{1,4}))?(?![0-9])")
# `3.27.3`, `v3.27.3`, `3.27.3-alpine`; not `3.27.3.1`
_LEADING_VERSION = re.compile(r"v?(3)\.([0-9]{1,4})(?:\.([0-9]{1,4}))?(?=$|[-_+])")

# goose learned `-timeout` in v3.17.0 (CHANGELOG.md): older ones exit 2 on the Job's command.
_OLDEST = (3, 17)
# A version of two numbers is a moving tag that stands for its newest patch.
_BROKEN = {
    (3, 21, 0): "it was retracted as a broken release (goose's CHANGELOG, v3.21.0)",
    (3, 23, 1): "it does not find its version table in another schema (pressly/goose#882)",
    (
        3,
        23,
    ): "its newest patch, v3.23.1, does not find its version table in another schema (pressly/goose#882)",
    (3, 24, 0): "it does not find its version table in another schema (pressly/goose#882)",
}
_UPGRADE = "use goose v3.24.1 or later, best v3.27.3, and write the new digest"


@dataclass(frozen=True, slots=True)
class Image:
    """A reference in its parts.

    `registry` is the default one where none was written, and no part of `repository`. `goose_version`
    has two or three numbers; it is None where the reference does not tell it.
    """

    registry: str
    repository: str
    tag: str | None
    digest: str | None
    goose_version: tuple[int, ...] | None


def parse(text: str) -> Image | None:
    """The parts, or None for what is not an image reference: `check` says why."""
    parts = _split(text)
    return None if isinstance(parts, Problem) else parts


def check(text: str) -> Problem | None:
    """The first thing that is wrong with an image of the runner."""
    image = _split(text)
    if isinstance(image, Problem):
        return image
    if image.registry == _DEFAULT_REGISTRY and image.repository == "pressly/goose":
        return Problem(
            "image-unpublished",
            f"the goose project publishes no image, so {shown(text)} is somebody else's, or nobody's",
            "build images/goose/Dockerfile, push it to your own registry and name that image with its digest",
            0,
            len(text),
        )
    return _tag_problem(text, image) or _version_problem(text, image)


def goose_version(repository: str, tag: str | None) -> tuple[int, ...] | None:
    """The goose version that a tag names.

    `goose3.27.3` anywhere in the tag always counts. A version at the tag's beginning counts only where the
    repository's last part has `goose` in it, and only with major version 3: elsewhere it is the image's own.
    """
    if tag is None:
        return None
    match = _NAMED_VERSION.search(tag)
    if match is None and "goose" in repository.rpartition("/")[2]:
        match = _LEADING_VERSION.match(tag)
    return tuple(int(number) for number in match.groups() if number is not None) if match else None


def _split(text: str) -> Image | Problem:
    if wrong := _text_problem(text):
        return wrong
    rest, at, digest = text.partition("@")
    if at and (wrong := _digest_problem(text, digest)):
        return wrong
    name, tag = rest, None
    # A colon before the last slash belongs to the registry's port.
    if rest.rfind(":") > rest.rfind("/"):
        name, _, tag = rest.rpartition(":")
        if not _TAG.fullmatch(tag):
            what = f"the tag {shown(tag)} of the image is not valid" if tag else "the image has an empty tag"
            return _syntax(what, text, len(name) + 1, len(tag))
    return _name_parts(text, name, tag, digest if at else None)


def _text_problem(text: str) -> Problem | None:
    if not text:
        return _syntax("the image is empty", text)
    if len(text) > _MAX_REFERENCE:
        return _syntax(f"the image is too long: {len(text)} characters of at most {_MAX_REFERENCE}", text)
    for offset, character in enumerate(text):
        if not "!" <= character <= "~":
            return _syntax(f"the image has {_named(character)} in it", text, offset, 1)
    # The text is not quoted: a URL may hold a password.
    if "://" in text:
        return _syntax("the image begins like a URL", text, 0, text.index("://") + 3)
    return None


def _name_parts(text: str, name: str, tag: str | None, digest: str | None) -> Image | Problem:
    first, slash, remote = name.partition("/")
    is_host = bool(slash) and ("." in first or ":" in first or first == "localhost" or first.lower() != first)
    registry, repository = (first, remote) if is_host else (_DEFAULT_REGISTRY, name)
    if is_host and not _HOST.fullmatch(registry):
        return _syntax(
            f"the registry {shown(registry)} of the image is not a host name", text, 0, len(registry)
        )
    for component in repository.split("/"):
        if not _PATH_COMPONENT.fullmatch(component):
            what = "has capital letters" if component.lower() != component else "is not a valid image name"
            message = (
                f"the part {shown(component)} of the image {what}"
                if component
                else "the image has an empty part"
            )
            return _syntax(message, text, len(name) - len(repository), len(repository))
    if len(name) > _MAX_NAME:
        return _syntax(f"the image's name is too long: {len(name)} characters of at most {_MAX_NAME}", text)
    if registry.lower() in _DEFAULT_REGISTRY_ALIASES:
        registry = _DEFAULT_REGISTRY
        repository = repository if "/" in repository else f"library/{repository}"
    return Image(registry, repository, tag, digest, goose_version(repository, tag))


def _digest_problem(text: str, digest: str) -> Problem | None:
    algorithm, colon, value = digest.partition(":")
    offset = len(text) - len(digest)
    size = _DIGEST_SIZES.get(algorithm)
    if not colon or size is None:
        return _syntax(f"the digest {shown(digest)} does not begin with `sha256:`", text, offset, len(digest))
    if not re.fullmatch(r"[a-f0-9]+", value) or len(value) != size:
        message = f"the digest {shown(digest)} does not have {size} lower-case hexadecimal digits"
        return _syntax(message, text, offset, len(digest))
    return None


def _tag_problem(text: str, image: Image) -> Problem | None:
    help = "write the version and best the digest too: `registry.example.com/goose:3.27.3@sha256:…`"
    if image.tag is None and image.digest is None:
        message = f"the image {shown(text)} has neither a tag nor a digest, which means `latest`"
        return Problem("image-tag", message, help, 0, len(text))
    if image.tag is not None and re.search(r"(?:^|[-_.])latest(?:$|[-_.])", image.tag.casefold()):
        message = f"the tag {shown(image.tag)} moves: another run may get another goose"
        return Problem("image-tag", message, help, _tag_offset(text, image.tag), len(image.tag))
    return None


def _version_problem(text: str, image: Image) -> Problem | None:
    version = image.goose_version
    if version is None or image.tag is None:
        return None
    if version[:2] < _OLDEST:
        why = "it does not know `-timeout`, which the Job uses"
    elif version in _BROKEN:
        why = _BROKEN[version]
    else:
        return None
    number = ".".join(str(each) for each in version)
    message = f"goose v{number} can't be used: {why}"
    return Problem("image-goose-version", message, _UPGRADE, _tag_offset(text, image.tag), len(image.tag))


def _tag_offset(text: str, tag: str) -> int:
    return len(text.partition("@")[0]) - len(tag)


def _syntax(message: str, text: str, offset: int = 0, length: int | None = None) -> Problem:
    help = "write `registry/name:version` or `registry/name:version@sha256:…`, the name in lower case"
    return Problem("image-syntax", message, help, offset, len(text) - offset if length is None else length)


def _named(character: str) -> str:
    if character.isspace():
        return "white space"
    return f"the character U+{ord(character):04X}"
