"""What holds for every text: no function raises, and what is accepted means one thing only."""

from __future__ import annotations

from urllib.parse import urlsplit

from hypothesis import example, given
from hypothesis import strategies as st

from generator.text import credentials, durations, images, kubernetes_names, nearest, quantities, urls

ALLOWED = ("example.com", "*.example.org")
NAME_CHECKS = (
    kubernetes_names.dns_label,
    kubernetes_names.dns_subdomain,
    kubernetes_names.label_key,
    kubernetes_names.annotation_key,
    kubernetes_names.label_value,
    kubernetes_names.data_key,
    kubernetes_names.environment_name,
    kubernetes_names.service_account,
    kubernetes_names.postgres_table,
    kubernetes_names.rbac_group,
    kubernetes_names.prometheus_label_name,
)
URL_PARTS = st.sampled_from(
    [
        "https",
        "http",
        ":",
        "/",
        "//",
        "example.com",
        "a.example.org",
        "evil.net",
        "@",
        "?",
        "#",
        "\\",
        ".",
        "%2e",
        "\t",
        "localhost",
        "[::1]",
        "127.1",
        ":443",
        "a.b.svc",
        ".cluster.local",
        "。",
        "x",
    ]
)
URLS = st.one_of(
    st.text(),
    st.lists(URL_PARTS, max_size=8).map("".join),
    st.lists(URL_PARTS, max_size=6).map(lambda parts: "https://" + "".join(parts)),
)
SQL_PARTS = st.sampled_from(
    [
        "CREATE ROLE a ",
        "PASSWORD ",
        "'",
        "''",
        "$$",
        "$x$",
        "E'",
        ";",
        "--",
        "/*",
        "*/",
        "\n",
        "postgres://",
        "u:",
        "p@h",
        "host=a ",
        "password=b ",
        "OPTIONS (",
        "||",
        "İ",
        "�",
        "glpat-",
        "eyJ",
        "?token=",
        "set a.secret=",
    ]
)


@given(st.one_of(st.text(), st.lists(SQL_PARTS, max_size=30).map("".join)))
@example("İ" * 5 + "CREATE ROLE a PASSWORD 'x'")
def test_findings_lie_in_the_text_in_order_and_apart(text: str) -> None:
    end = 0
    for each in credentials.find(text):
        assert end <= each.start < each.end <= len(text)
        end = each.end


@given(st.text(alphabet="abcXYZ019!#%*+.-_~", min_size=8, max_size=40), st.text(alphabet=" \n\t", min_size=1))
def test_every_role_password_is_found_and_never_told(secret: str, space: str) -> None:
    text = f"ALTER ROLE app{space}PASSWORD{space}'s3-{secret}';"
    (found,) = credentials.find(text)
    assert text[found.start : found.end] == f"s3-{secret}"
    assert secret not in found.kind


@given(URLS)
def test_an_accepted_url_leads_where_it_seems_to(url: str) -> None:
    problem = urls.check(url, ALLOWED)
    if problem is not None:
        assert 0 <= problem.offset <= problem.offset + problem.length <= len(url)
        assert problem.message.isascii()
        return
    split = urlsplit(url)
    host = split.hostname or ""
    assert host
    assert host == host.lower()
    assert split.username is None
    assert split.password is None
    in_cluster = host.endswith((".svc", ".svc.cluster.local"))
    assert in_cluster or (
        split.scheme == "https" and (host == "example.com" or host.endswith(".example.org"))
    )
    assert split.port is None or 1 <= split.port <= 65535


@given(st.text(max_size=80))
def test_an_accepted_domain_covers_itself_only(entry: str) -> None:
    if urls.check_domain(entry) is None and not entry.startswith("*."):
        assert urls.check(f"https://{entry}/", (entry,)) is None
        assert urls.check(f"https://x.{entry}/", (entry,)) is not None


@given(st.one_of(st.text(), st.text(alphabet="abz09A./:@-_", max_size=60)))
def test_check_and_parse_agree_on_images(text: str) -> None:
    problem = images.check(text)
    assert (images.parse(text) is None) == (problem is not None and problem.rule == "image-syntax")
    if problem is not None:
        assert 0 <= problem.offset <= problem.offset + problem.length <= len(text)


@given(st.text())
def test_names_are_plain_text_without_line_ends(text: str) -> None:
    for check in NAME_CHECKS:
        wrong = check(text)
        assert wrong is None or wrong.isascii()
        if wrong is None:
            assert text.isprintable()


@given(st.integers(min_value=0, max_value=durations.MOST))
def test_a_duration_is_read_back(milliseconds: int) -> None:
    assert durations.parse(durations.render(milliseconds)) == milliseconds


@given(st.text(alphabet="0123456789dhms.:- ", max_size=60))
def test_any_text_as_a_duration(text: str) -> None:
    parsed = durations.parse(text)
    if isinstance(parsed, int):
        assert durations.parse(durations.render(parsed)) == parsed


@given(st.text(alphabet="0123456789.eE+-kKMGTPmiun ", max_size=60))
def test_any_text_as_a_quantity(text: str) -> None:
    parsed = quantities.parse(text)
    assert isinstance(parsed, quantities.Problem) or parsed >= 0


@given(st.text(max_size=30), st.lists(st.text(max_size=12), max_size=8))
def test_the_nearest_is_a_candidate_whatever_their_order(word: str, candidates: list[str]) -> None:
    found = nearest.nearest(word, candidates)
    assert found is None or found in candidates
    assert found == nearest.nearest(word, reversed(candidates))
