"""Addresses of pages: which of them may be read at all, and from which hosts.

The texts that links come from are hostile. So an address has to follow a narrow grammar, and the
URL that is asked is put together anew from its parts: no two parsers can then disagree on its
host. What its name resolves to is for the adapter to guard.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote, urljoin

import msgspec

from tocsin.domain.errors import Permanent, Unsendable

URL_LIMIT = 2048
PORTS = (443, 8443)

_DEFAULT_PORTS = {"https": 443, "http": 80}
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_PARTS = re.compile(r"([a-z]{1,10})://([^/?#]*)([^#]*)", re.IGNORECASE)
_AUTHORITY = re.compile(
    r"([a-z0-9_.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::([0-9]{1,5}))?", re.IGNORECASE
)
# No URL has them; some parsers take a backslash for a slash, and some drop white space.
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ud800-\udfff]")
_ASCII = "".join(map(chr, range(0x21, 0x7F)))


class PageAddress(msgspec.Struct, frozen=True):
    """Where a page lies; `host` is in lower case and has no dot at its end."""

    scheme: str
    host: str
    port: int
    # Path and query, as they are sent.
    target: str

    @property
    def url(self) -> str:
        """The one URL of this address; a port that goes without saying is not in it."""
        port = "" if self.port == _DEFAULT_PORTS.get(self.scheme) else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}{self.target}"

    @property
    def is_loopback(self) -> bool:
        """Whether it is named as one of this machine; the name is all that this looks at."""
        return self.host in _LOOPBACK


def address_of(url: str) -> PageAddress:
    """Read an address. Raises Unsendable for what is none, or has credentials in it."""
    if len(url) > URL_LIMIT:
        raise Unsendable(f"the address is longer than {URL_LIMIT} characters")
    if _FORBIDDEN.search(url):
        raise Unsendable("the address has characters that no URL has")
    parts = _PARTS.match(url)
    if parts is None:
        raise Unsendable("the address is no URL with a host")
    scheme, authority, target = parts.groups()
    if "@" in authority:
        raise Unsendable("the address has credentials in it")
    named = _AUTHORITY.fullmatch(authority)
    host = named[1].lower().removesuffix(".") if named else ""
    if named is None or not host:
        raise Unsendable("the address has no host, or one that is not in ASCII")
    scheme = scheme.lower()
    port = int(named[2]) if named[2] else _DEFAULT_PORTS.get(scheme, 0)
    path = target if target.startswith("/") else "/" + target
    return PageAddress(scheme, host, port, quote(path, safe=_ASCII))


def guard(address: PageAddress, *, allow_loopback: bool = False) -> None:
    """Raise Unsendable unless a page may be asked for: over https, at a port for web pages.

    `allow_loopback` lifts both for this machine.
    """
    if allow_loopback and address.is_loopback and address.scheme in _DEFAULT_PORTS:
        return
    if address.scheme != "https":
        raise Unsendable("only pages over https are read")
    if address.port not in PORTS:
        raise Unsendable(f"only the ports {PORTS[0]} and {PORTS[1]} are asked for pages")


def redirected(address: PageAddress, location: str, *, allow_loopback: bool = False) -> PageAddress:
    """Return where a server sends whoever asks for an address.

    Raises Permanent unless that is on the same host, and may be asked itself.
    """
    if not location:
        raise Permanent("it redirects to nowhere")
    try:
        target = address_of(urljoin(address.url, location))
        guard(target, allow_loopback=allow_loopback)
    except Unsendable as error:
        raise Permanent(f"it redirects to what is not read: {error.reason}") from None
    except ValueError:
        raise Permanent("it redirects to what is no URL") from None
    if target.host != address.host:
        raise Permanent("it redirects to another host")
    return target


def is_allowed(address: PageAddress, hosts: Iterable[str]) -> bool:
    """Tell whether an address is on one of these hosts, or below one."""
    return any(_is_at_or_below(address.host, each.lower().strip(".")) for each in hosts)


def _is_at_or_below(host: str, allowed: str) -> bool:
    return bool(allowed) and (host == allowed or host.endswith("." + allowed))
