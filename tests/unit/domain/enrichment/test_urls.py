import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.enrichment.urls import URL_LIMIT, page_url


@pytest.mark.parametrize(
    "text",
    [
        "https://wiki.example.com",
        "http://prometheus:9090/graph?g0.expr=up%20%3D%3D%200&g0.tab=1",
        "HTTPS://Grafana.example.com:3000/d/abc?var-x=a,b#panel",
        "https://[::1]:9090/x",
        "https://a.example?x=1",
    ],
)
def test_addresses_of_pages_stay_as_they_are(text: str) -> None:
    assert page_url(text) == text


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://a.example/a b", "https://a.example/a%20b"),
        ("https://a.example/<b>|c\"d'", "https://a.example/%3Cb%3E%7Cc%22d'"),
        ("https://a.example/ü", "https://a.example/%C3%BC"),
        ("https://a.example/\u202egnp", "https://a.example/%E2%80%AEgnp"),
        ("https://a.example/\ud800", "https://a.example/?"),
        ("https://a.example/a\r\nHost: b", "https://a.example/a%0D%0AHost:%20b"),
    ],
)
def test_what_is_no_character_of_an_address_is_encoded(text: str, url: str) -> None:
    assert page_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/relative",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "https://",
        "https:///path",
        "https://user:password@a.example/",
        "https://a.example@evil.example/",
        "https://a.example\\@evil.example/",
        "https://a.example\\.evil.example/",
        "https://\u0430pple.example/",
        "https://a example/",
        "https://a.example\n/",
        " https://a.example/",
        "https://a.example:port/",
        "https://a.example/" + "x" * URL_LIMIT,
        "https://a.example/" + "ü" * (URL_LIMIT // 4),
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert page_url(text) == ""


@given(st.text(max_size=100))
def test_what_comes_out_is_printable_and_of_the_same_host(rest: str) -> None:
    url = page_url(f"https://a.example/{rest}")
    assert url.startswith("https://a.example/")
    assert url.isascii()
    assert url.isprintable()
    assert not set(' <>"|\\') & set(url)
    assert page_url(url) == url
