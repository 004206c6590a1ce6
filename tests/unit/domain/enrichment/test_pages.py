"""Addresses of pages: what may be asked at all."""

import pytest

from tocsin.domain.enrichment.pages import address_of, guard, is_allowed, redirected
from tocsin.domain.errors import Permanent, Unsendable

SECRET = "s3cr3t"
WIKI = address_of("https://wiki.example/run/books?x=1")


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://Wiki.Example./a", "https://wiki.example/a"),
        ("HTTPS://wiki.example", "https://wiki.example/"),
        ("https://wiki.example:443/a?b=c#d", "https://wiki.example/a?b=c"),
        ("https://wiki.example:8443?b=c", "https://wiki.example:8443/?b=c"),
        ("https://wiki.example/Überlauf%20x", "https://wiki.example/%C3%9Cberlauf%20x"),
        ("http://[::1]:8000/a", "http://[::1]:8000/a"),
    ],
)
def test_an_address_has_one_url(url, same):
    assert address_of(url).url == same


@pytest.mark.parametrize(
    "url",
    [
        "",
        SECRET,
        f"https:///{SECRET}",
        f"https://./{SECRET}",
        f"https:/wiki.example/{SECRET}",
        f"https://user:{SECRET}@wiki.example/",
        f"https://wiki.example@evil.example/{SECRET}",
        f"https://evil.example\\@wiki.example/{SECRET}",
        f"https://wiki.example\t/{SECRET}",
        f"https://wiki.example/a b{SECRET}",
        f"https://wiki.example/\r\nHost: evil.example{SECRET}",
        f"https://wiki.example\u3002evil/{SECRET}",
        f"https://w\u0456ki.example/{SECRET}",
        f"https://wiki.example:99999999/{SECRET}",
        f"https://wiki.example:4-43/{SECRET}",
        f"https://[::1%25eth0]/{SECRET}",
        f"https://wiki.example/\ud800{SECRET}",
        f"https://wiki.example/{SECRET}" + "x" * 3000,
    ],
)
def test_what_no_two_parsers_read_alike_is_no_address(url):
    with pytest.raises(Unsendable) as raised:
        address_of(url)
    assert SECRET not in str(raised.value)


def test_credentials_are_named_as_the_reason():
    with pytest.raises(Unsendable, match="credentials"):
        address_of("https://user:word@wiki.example/")


@pytest.mark.parametrize(
    "url",
    [
        "http://wiki.example/",
        "ftp://wiki.example/",
        "file://wiki.example/etc/passwd",
        "https://wiki.example:22/",
        "https://wiki.example:0/",
        "https://127.0.0.1:9001/",
        "http://localhost/",
    ],
)
def test_only_https_at_the_ports_of_pages_is_asked(url):
    with pytest.raises(Unsendable):
        guard(address_of(url))


@pytest.mark.parametrize("url", ["https://wiki.example/", "https://wiki.example:8443/"])
def test_pages_over_https_are_asked(url):
    guard(address_of(url))


def test_development_opens_this_machine_and_no_other():
    for url in ("http://127.0.0.1:8000/", "http://localhost:1/", "https://[::1]:2/"):
        guard(address_of(url), allow_loopback=True)
    for url in ("http://wiki.example/", "http://127.0.0.1.evil.example/", "ftp://127.0.0.1/"):
        with pytest.raises(Unsendable):
            guard(address_of(url), allow_loopback=True)


def test_a_host_is_allowed_with_all_below_it():
    def allows(url, *hosts):
        return is_allowed(address_of(url), hosts)

    assert allows("https://wiki.example/", "other.example", "Wiki.Example")
    assert allows("https://eu.wiki.example/", "wiki.example")
    assert not allows("https://example/", "wiki.example")
    assert not allows("https://evilwiki.example/", "wiki.example")
    assert not allows("https://wiki.example.evil.example/", "wiki.example")
    assert not allows("https://wiki.example/", "", ".")
    assert not allows("https://wiki.example/")


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b", "https://wiki.example/b"),
        ("c?d=e", "https://wiki.example/run/c?d=e"),
        ("https://WIKI.example:8443/b", "https://wiki.example:8443/b"),
        ("//wiki.example/b", "https://wiki.example/b"),
    ],
)
def test_a_redirect_on_the_same_host_is_followed(location, url):
    assert redirected(WIKI, location).url == url


@pytest.mark.parametrize(
    "location",
    [
        "",
        "https://evil.example/",
        "https://eu.wiki.example/",
        "//evil.example/",
        "http://wiki.example/",
        "https://wiki.example:22/",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "gopher://wiki.example/",
        "https://user:word@wiki.example/",
        "https://wiki.example\\@evil.example/",
        "https://[::1/",
        "https://[v1.x]/",
        "javascript:alert(1)",
    ],
)
def test_a_redirect_to_anywhere_else_is_not(location):
    with pytest.raises(Permanent) as raised:
        redirected(WIKI, location)
    assert not isinstance(raised.value, Unsendable)
