"""Which URLs may leave the cluster, and to where."""

from __future__ import annotations

import pytest

from generator.text import urls

ALLOWED = ("example.com", "*.hooks.example.org", "xn--bcher-kva.example")

GOOD = [
    "https://example.com",
    "https://example.com/",
    "https://example.com:8443/in?a=1&b=%2F",
    "https://example.com?x=1",
    "https://a.hooks.example.org/x",
    "https://a.b.hooks.example.org/x",
    "https://xn--bcher-kva.example/x",
    "http://alertmanager.monitoring.svc:9093/in",
    "http://alertmanager.monitoring.svc.cluster.local/in",
    "https://alertmanager.monitoring.svc/in",
]

# The URL, the rule, and what has to be marked.
BAD = [
    ("", "url-syntax", ""),
    ("example.com/x", "url-syntax", "example.com/x"),
    ("example.com:8443/x", "url-syntax", "example.com:8443/x"),
    ("//example.com/x", "url-syntax", "//example.com/x"),
    ("https:/example.com", "url-syntax", "https:/example.com"),
    ("https:example.com", "url-syntax", "https:example.com"),
    ("https:///x", "url-syntax", ""),
    ("HTTPS://example.com", "url-syntax", "HTTPS"),
    ("https://Example.com", "url-syntax", "Example.com"),
    ("https://example.com/a b", "url-syntax", " "),
    (" https://example.com", "url-syntax", " "),
    ("https://example.com\n", "url-syntax", "\n"),
    ("https://exam\tple.com", "url-syntax", "\t"),
    ("https://example.com/\0", "url-syntax", "\0"),
    ("https://exam\u200bple.com", "url-syntax", "\u200b"),
    ("https://exam\u00adple.com", "url-syntax", "\u00ad"),
    ("https://example.com\\@evil.net", "url-syntax", "\\"),
    ("https://example.com%2eevil.net/", "url-syntax", "example.com%2eevil.net"),
    ("https://exa_mple.com", "url-syntax", "exa_mple.com"),
    ("https://-example.com", "url-syntax", "-example.com"),
    ("https://example..com", "url-syntax", "example..com"),
    ("https://.example.com", "url-syntax", ".example.com"),
    (f"https://{'a' * 64}.com", "url-syntax", f"{'a' * 64}.com"),
    (f"https://{'a.' * 127}com", "url-syntax", f"{'a.' * 127}com"),
    ("https://example.com:0/", "url-syntax", ":0"),
    ("https://example.com:/", "url-syntax", ":"),
    ("https://example.com:70000", "url-syntax", ":70000"),
    ("https://example.com:080", "url-syntax", ":080"),
    ("https://example.com:80:80", "url-syntax", ":80:80"),
    ("https://example.com:\u0661", "url-syntax", ":\u0661"),
    ("https://example.com/#x", "url-syntax", "#x"),
    ("https://example.com#@evil.net", "url-syntax", "#@evil.net"),
    ("https://example.com/%zz", "url-syntax", "%"),
    ("https://example.com/{{ x }}", "url-syntax", " "),
    ("https://example.com/{x}", "url-syntax", "{"),
    ("https://example.com/\u00e9", "url-syntax", "\u00e9"),
    ('https://example.com/"', "url-syntax", '"'),
    ("http://example.com", "url-https", "http"),
    ("http://prometheus:9090", "url-https", "http"),
    ("http://prometheus.svc", "url-https", "http"),
    ("http://a.b.c.svc", "url-https", "http"),
    ("http://a.b.svc.cluster", "url-https", "http"),
    ("http://a.b.svc.evil.net", "url-https", "http"),
    ("ftp://example.com", "url-https", "ftp"),
    ("javascript:alert(1)", "url-https", "javascript"),
    ("mailto:a@example.com", "url-https", "mailto"),
    ("https://user:hunter2@example.com/", "url-userinfo", "user:hunter2@"),
    ("https://example.com@evil.net/", "url-userinfo", "example.com@"),
    ("https://@example.com/", "url-userinfo", "@"),
    ("https://a@b@example.com/", "url-userinfo", "a@b@"),
    ("https://user@127.0.0.1/", "url-userinfo", "user@"),
    ("https://127.0.0.1/", "url-ip", "127.0.0.1"),
    ("https://10.0.0.1:8443/", "url-ip", "10.0.0.1"),
    ("http://169.254.169.254/latest", "url-ip", "169.254.169.254"),
    ("https://127.1", "url-ip", "127.1"),
    ("https://2130706433", "url-ip", "2130706433"),
    ("https://0x7f000001", "url-ip", "0x7f000001"),
    ("https://0X7F.1", "url-ip", "0X7F.1"),
    ("https://0177.0.0.1", "url-ip", "0177.0.0.1"),
    ("https://1.2.3.4.", "url-ip", "1.2.3.4."),
    ("https://example.1", "url-ip", "example.1"),
    ("https://[::1]:8443/", "url-ip", "[::1]:8443"),
    ("https://[::ffff:127.0.0.1]/", "url-ip", "[::ffff:127.0.0.1]"),
    ("https://[fe80::1%25eth0]/", "url-ip", "[fe80::1%25eth0]"),
    ("https://::1/", "url-ip", "::1"),
    ("https://localhost:8443", "url-localhost", "localhost"),
    ("http://localhost", "url-localhost", "localhost"),
    ("https://LOCALHOST.", "url-localhost", "LOCALHOST."),
    ("https://a.localhost", "url-localhost", "a.localhost"),
    ("https://localhost.localdomain", "url-localhost", "localhost.localdomain"),
    ("https://example.com.", "url-domain", "."),
    ("https://sub.example.com", "url-domain", "sub.example.com"),
    ("https://hooks.example.org", "url-domain", "hooks.example.org"),
    ("https://evilhooks.example.org", "url-domain", "evilhooks.example.org"),
    ("https://example.com.evil.net", "url-domain", "example.com.evil.net"),
    ("https://example-com.net", "url-domain", "example-com.net"),
    ("https://notexample.com", "url-domain", "notexample.com"),
    ("https://intranet/", "url-domain", "intranet"),
    ("https://ex\u0430mple.com", "url-domain", "ex\u0430mple.com"),
    ("https://example\u3002com", "url-domain", "example\u3002com"),
    ("https://\uff11\uff12\uff17.0.0.1", "url-ip", "\uff11\uff12\uff17.0.0.1"),
    ("https://xn--exmple-4nf.com", "url-domain", "xn--exmple-4nf.com"),
]


@pytest.mark.parametrize("url", GOOD)
def test_a_url_that_may_stand(url: str) -> None:
    assert urls.check(url, ALLOWED) is None


@pytest.mark.parametrize(("url", "rule", "marked"), BAD)
def test_a_url_that_may_not(url: str, rule: str, marked: str) -> None:
    problem = urls.check(url, ALLOWED)
    assert problem is not None
    assert (problem.rule, url[problem.offset : problem.offset + problem.length]) == (rule, marked)
    assert problem.message.isascii()
    assert problem.help
    assert "hunter2" not in problem.message + problem.help


def test_a_url_that_is_too_long() -> None:
    problem = urls.check("https://example.com/" + "a" * urls.MAX_URL, ALLOWED)
    assert problem is not None
    assert problem.rule == "url-syntax"


def test_a_query_is_never_repeated() -> None:
    for url in ("https://evil.net/?token=hunter2", "http://example.com/?token=hunter2"):
        problem = urls.check(url, ALLOWED)
        assert problem is not None
        assert "hunter2" not in problem.message + problem.help


@pytest.mark.parametrize("entry", ["*.com", "com", "*", ""])
def test_an_entry_that_is_refused_allows_nothing(entry: str) -> None:
    problem = urls.check("https://example.com/", (entry,))
    assert problem is not None
    assert problem.rule == "url-domain"


def test_the_help_tells_how_to_declare_a_sub_domain() -> None:
    problem = urls.check("https://sub.example.com", ALLOWED)
    assert problem is not None
    assert "`*.example.com`" in problem.help


@pytest.mark.parametrize(
    "entry", ["example.com", "*.example.com", "a-b.example.co.uk", "xn--bcher-kva.example"]
)
def test_a_domain_that_may_be_declared(entry: str) -> None:
    assert urls.check_domain(entry) is None


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "*",
        "*.",
        "com",
        "*.com",
        "*.*.com",
        "a.*.com",
        "*example.com",
        "*.co.uk",
        "*.github.io",
        "https://example.com",
        "example.com/x",
        "example.com:443",
        "user@example.com",
        "Example.com",
        "example.com.",
        ".example.com",
        "ex\u0430mple.com",
        "exam ple.com",
        "example.com\n",
        "127.0.0.1",
        "[::1]",
        "localhost",
        "*.localhost",
    ],
)
def test_a_domain_that_may_not_be_declared(entry: str) -> None:
    problem = urls.check_domain(entry)
    assert problem is not None
    assert problem.rule == "url-allowed-domain"
    assert problem.message.isascii()
