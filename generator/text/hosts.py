"""Host names in URLs: what is a name, what is an address in disguise, and which names an entry covers."""

from __future__ import annotations

import ipaddress
import re

from generator.text.problem import Problem, shown

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_MAX_HOST = 253
_IN_CLUSTER = (("svc",), ("svc", "cluster", "local"))
_LOOPBACK = frozenset(
    ("localhost", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback", "loopback", "localdomain")
)
# Only the best known, and only against `*.`: the whole list (publicsuffix.org) changes every week.
_PUBLIC_SUFFIXES = frozenset(
    (
        "co.uk",
        "org.uk",
        "com.au",
        "com.br",
        "com.cn",
        "co.in",
        "co.jp",
        "co.kr",
        "co.nz",
        "co.za",
        "amazonaws.com",
        "azurewebsites.net",
        "cloudfront.net",
        "firebaseapp.com",
        "fly.dev",
        "github.io",
        "gitlab.io",
        "herokuapp.com",
        "netlify.app",
        "ngrok.io",
        "nip.io",
        "onrender.com",
        "pages.dev",
        "run.app",
        "sslip.io",
        "vercel.app",
        "web.app",
        "workers.dev",
    )
)


def is_address(host: str) -> bool:
    """Whether any program would read the host as an IP address.

    Browsers and the C library take `2130706433`, `0x7f.1`, `0177.0.0.1` and `127.1` for 127.0.0.1: by the
    WHATWG URL standard, a host whose last part is a number is an IPv4 address or an error.
    """
    if host.startswith("["):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        last = host.removesuffix(".").rpartition(".")[2]
        return bool(re.fullmatch(r"[0-9]+|0[xX][0-9A-Fa-f]*", last))
    return True


def is_loopback(host: str) -> bool:
    """`localhost`, everything below it (RFC 6761), and what /etc/hosts often calls the machine."""
    name = host.lower().removesuffix(".")
    return name in _LOOPBACK or name.rpartition(".")[2] in ("localhost", "localdomain")


def is_in_cluster(host: str) -> bool:
    """`name.namespace.svc` or `name.namespace.svc.cluster.local`, and nothing longer or shorter."""
    labels = host.split(".")
    return tuple(labels[2:]) in _IN_CLUSTER


def is_public_suffix(name: str) -> bool:
    return name in _PUBLIC_SUFFIXES


def covers(entry: str, host: str) -> bool:
    """Whether a valid entry of the allowed domains stands for the host."""
    if entry.startswith("*."):
        return host.endswith(entry[1:]) and len(host) > len(entry) - 1
    return host == entry


def syntax_problem(host: str, offset: int) -> Problem | None:
    """What is wrong with a host that is no address; `offset` is where it begins in the URL."""
    if any(character > "~" for character in host):
        return Problem(
            "url-domain",
            f"the host {shown(host)} has letters that are not ASCII and may look like others",
            "write the name in ASCII; an international name in its `xn--` form, declared in "
            "security.allowedDomains",
            offset,
            len(host),
        )
    if host.endswith("."):
        message = f"the host {shown(host)} ends with a dot"
        return Problem("url-domain", message, "remove the dot", offset + len(host) - 1, 1)
    if host.lower() != host:
        help = f"write it in lower case: {shown(host.lower())}"
        return Problem("url-syntax", f"the host {shown(host)} has capital letters", help, offset, len(host))
    help = "a host has parts of letters, digits and `-`, at most 63 characters each, joined by single dots"
    if len(host) > _MAX_HOST:
        message = f"the host {shown(host)} is too long: {len(host)} characters of at most {_MAX_HOST}"
        return Problem("url-syntax", message, help, offset, len(host))
    for label in host.split("."):
        if not _LABEL.fullmatch(label):
            what = f"the part {shown(label)}, which is not valid" if label else "an empty part"
            return Problem("url-syntax", f"the host {shown(host)} has {what}", help, offset, len(host))
    return None
