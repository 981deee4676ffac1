"""Which outside URLs services.yaml may name: HTTPS, to a declared domain, with nothing to misread.

`urllib.parse` is too lenient to decide that: it drops tabs and newlines, takes any host, and other
programs read the same text in another way. So a URL has to match a narrow grammar here first; what
is left means the same to every parser. No message quotes user information or a query: they may be secret.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from generator.text import hosts
from generator.text.problem import Problem, shown

MAX_URL = 2048

# RFC 3986: unreserved, reserved and `%`, without `#`, `[` and `]`.
_PATH_AND_QUERY = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/?%-]")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}):")
_SYNTAX_HELP = "write `https://host/path` in plain ASCII, everything unusual in the path percent-encoded"


@dataclass(frozen=True, slots=True)
class _Parts:
    scheme: str
    host: str
    offset: int


def check(url: str, allowed_domains: Sequence[str]) -> Problem | None:
    """The first thing that is wrong with the URL.

    `allowed_domains` holds exact names, and `*.name` for all sub-domains of a name but not itself.
    Names inside the cluster (`name.namespace.svc`, `name.namespace.svc.cluster.local`) are always allowed.
    """
    parts = _split(url)
    if isinstance(parts, Problem):
        return parts
    host, offset = parts.host, parts.offset
    if wrong := _forbidden_host(host, offset):
        return wrong
    if wrong := hosts.syntax_problem(host, offset):
        return wrong
    if hosts.is_in_cluster(host):
        return None
    if parts.scheme != "https":
        return Problem(
            "url-https",
            f"the URL to {shown(host)} uses plain {parts.scheme}",
            "use https; plain http is accepted only inside the cluster, as "
            "`http://name.namespace.svc` or `http://name.namespace.svc.cluster.local`",
            0,
            len(parts.scheme),
        )
    return _domain_problem(host, offset, allowed_domains)


def check_domain(entry: str) -> Problem | None:
    """What is wrong with an entry of `security.allowedDomains`."""
    name = entry.removeprefix("*.")
    help = "write a full domain such as `hooks.example.com`, or `*.example.com` for all its sub-domains"
    wrong = None
    if "://" in entry or "/" in entry or "@" in entry:
        wrong = "the allowed domain is not a bare domain"
    elif "*" in name:
        wrong = f"the allowed domain {shown(entry)} has a `*` that is not its first part"
    elif hosts.is_address(name):
        wrong = f"the allowed domain {shown(entry)} is an IP address"
    elif hosts.is_loopback(name):
        wrong = f"the allowed domain {shown(entry)} is the machine itself"
    elif problem := hosts.syntax_problem(name, 0):
        wrong = f"the allowed domain {shown(entry)} is not a domain: {problem.message}"
    elif "." not in name:
        wrong = f"the allowed domain {shown(entry)} has only one part" + (
            ", which would allow a whole top-level domain" if entry != name else ""
        )
    elif entry != name and hosts.is_public_suffix(name):
        wrong = f"the allowed domain {shown(entry)} is open to anybody: {shown(name)} hands out names"
    return Problem("url-allowed-domain", wrong, help, 0, len(entry)) if wrong else None


def _split(url: str) -> _Parts | Problem:
    """The scheme and the host, once nothing in the URL can be read in two ways."""
    scheme, authority, start = _scheme_and_authority(url)
    host, port = _host_and_port(authority)
    return (
        _text_problem(url)
        or _scheme_problem(url, scheme)
        or _authority_problem(authority, port, start)
        or _tail_problem(url, start + len(authority))
        or _Parts(scheme, host, start)
    )


def _scheme_problem(url: str, scheme: str) -> Problem | None:
    if not scheme:
        return _syntax("the URL does not begin with `https://`", 0, len(url))
    if scheme in ("http", "https"):
        return None
    if scheme.lower() in ("http", "https"):
        return _syntax(f"the URL's scheme {shown(scheme)} is not in lower case", 0, len(scheme))
    return Problem("url-https", f"the URL's scheme is {shown(scheme)}", "use https", 0, len(scheme))


def _authority_problem(authority: str, port: str, start: int) -> Problem | None:
    if "@" in authority:
        return Problem(
            "url-userinfo",
            "the URL has user information before its host",
            "remove everything up to and including `@`; credentials belong in a Secret",
            start,
            authority.rindex("@") + 1,
        )
    if not authority:
        return _syntax("the URL has no host", start, 0)
    if port and not (re.fullmatch(r":[1-9][0-9]{0,4}", port) and int(port[1:]) <= 65535):
        message = f"the URL's port {shown(port[1:])} is not a number from 1 to 65535"
        return _syntax(message, start + len(authority) - len(port), len(port))
    return None


def _text_problem(url: str) -> Problem | None:
    if not url:
        return _syntax("the URL is empty", 0, 0)
    if len(url) > MAX_URL:
        return _syntax(f"the URL is too long: {len(url)} characters of at most {MAX_URL}", 0, len(url))
    for offset, character in enumerate(url):
        if character == "\\":
            return _syntax("the URL has a backslash, which browsers read as `/`", offset, 1)
        if not "!" <= character <= "~" and (character.isspace() or not character.isprintable()):
            return _syntax(
                f"the URL has white space or a control character (U+{ord(character):04X})", offset, 1
            )
    return None


def _scheme_and_authority(url: str) -> tuple[str, str, int]:
    """The scheme, empty where there is none, what stands before the path, and where that begins."""
    match = _SCHEME.match(url)
    if match is None:
        return "", "", 0
    scheme, start = match[1], match.end()
    if not url.startswith("//", start):
        # `mailto:x` has a scheme; `host:8443/x`, `https:/x` and `https:x` are a URL gone wrong.
        known = scheme.isalpha() and scheme.lower() not in ("http", "https")
        return scheme if known else "", "", start
    start += 2
    ends = [found for found in (url.find(each, start) for each in "/?#") if found >= 0]
    return scheme, url[start : min(ends, default=len(url))], start


def _host_and_port(authority: str) -> tuple[str, str]:
    """The port with its colon, which may be all there is of it. An IPv6 address stays whole."""
    if authority.startswith("[") or (authority.count(":") > 1 and hosts.is_address(authority)):
        return authority, ""
    host, colon, port = authority.partition(":")
    return host, colon + port


def _tail_problem(url: str, start: int) -> Problem | None:
    for offset in range(start, len(url)):
        character = url[offset]
        if character == "#":
            message = "the URL has a fragment, which is never sent to the server"
            return _syntax(message, offset, len(url) - offset)
        if not _PATH_AND_QUERY.fullmatch(character):
            return _syntax(f"the URL's path has the character {shown(character)}", offset, 1)
    if bad := _BAD_PERCENT.search(url, start):
        return _syntax("the URL has a `%` without two hexadecimal digits", bad.start(), 1)
    return None


def _forbidden_host(host: str, offset: int) -> Problem | None:
    if hosts.is_address(host):
        return Problem(
            "url-ip",
            f"the URL's host {shown(host)} is an IP address",
            "use the host's name: a certificate and security.allowedDomains are about names",
            offset,
            len(host),
        )
    if hosts.is_loopback(host):
        return Problem(
            "url-localhost",
            f"the URL's host {shown(host)} is the machine itself",
            "name the real receiver; for one inside the cluster write `http://name.namespace.svc`",
            offset,
            len(host),
        )
    return None


def _domain_problem(host: str, offset: int, allowed_domains: Sequence[str]) -> Problem | None:
    usable = [entry for entry in allowed_domains if check_domain(entry) is None]
    if any(hosts.covers(entry, host) for entry in usable):
        return None
    message = f"the URL's host {shown(host)} is not an allowed domain"
    help = f"add {shown(host)} to security.allowedDomains if it is meant, or correct the URL"
    if "." not in host:
        message = f"the URL's host {shown(host)} has only one part"
        help = "write the full name; for a service inside the cluster `http://name.namespace.svc`"
    elif any(label.startswith("xn--") for label in host.split(".")):
        message += ": it is an encoded international name, which may look like another"
    else:
        for entry in usable:
            name = entry.removeprefix("*.")
            if host.startswith(f"{name}."):
                message += f": it only begins like {shown(name)}"
            elif host.endswith(f".{name}"):
                message += f": sub-domains of {shown(name)} were not declared"
                help = (
                    f"add {shown(host)}, or {shown('*.' + name)} for all of them, to security.allowedDomains"
                )
            else:
                continue
            break
    return Problem("url-domain", message, help, offset, len(host))


def _syntax(message: str, offset: int, length: int) -> Problem:
    return Problem("url-syntax", message, _SYNTAX_HELP, offset, length)
