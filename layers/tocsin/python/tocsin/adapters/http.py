"""The one way out to other people's servers."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from http.cookiejar import DefaultCookiePolicy
from io import BytesIO
from time import monotonic
from typing import Any

import msgspec
import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress

from tocsin import __version__
from tocsin.adapters.deadline import hold_to_deadlines
from tocsin.adapters.publicaddress import PublicAddressAdapter, public_address
from tocsin.domain.errors import Permanent, Retryable

CONNECT_TIMEOUT_S = 3.05
ANSWER_LIMIT_BYTES = 64 * 1024
_CHUNK_BYTES = 64 * 1024
_NO_HEADERS: Mapping[str, str] = {}

# They write paths, one of every request and one of answers with odd headers, and the path of a
# webhook is its secret.
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)
# It writes the host name of what it refuses, and some secrets are host names.
logging.getLogger("requests_hardened").setLevel(logging.ERROR)


class HttpAnswer(msgspec.Struct, frozen=True):
    """What a server said; header names are in lower case, a long body is cut off.

    `is_broken` says that the body ended before its end, and not because it is long.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    is_broken: bool = False


class PoolSize(msgspec.Struct, frozen=True):
    """How many idle connections are kept: of each host, and of how many hosts."""

    connections: int = 10
    hosts: int = 10


class Http:
    """Call public addresses only.

    The address is checked after the name is resolved and then used as it is, so that a name
    cannot resolve differently in between. There are no redirects, no proxies and no
    credentials from the environment, and no cookies. `allow_loopback` is for receivers on the
    same machine, `allow_private` for whoever owns the network and all URLs alike.
    """

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        allow_private: bool = False,
        pool: PoolSize | None = None,
    ) -> None:
        config = Config(
            ip_filter_enable=not allow_private,
            ip_filter_allow_loopback_ips=allow_loopback,
            never_redirect=True,
            default_timeout=(CONNECT_TIMEOUT_S, 10.0),
            user_agent_override=f"tocsin/{__version__}",
        )
        self._allow_loopback, self._allow_private = allow_loopback, allow_private
        self._session = HTTPSession(config)
        # Merely preparing a redirect, never followed, would read its whole body.
        self._session.get_redirect_target = lambda _response: None
        self._session.trust_env = False
        if not allow_private:
            for scheme in ("http", "https"):
                adapter = PublicAddressAdapter(scheme == "https", allow_loopback)
                self._session.mount(f"{scheme}://", adapter)
        if pool is not None:
            _resize(self._session, pool)
        hold_to_deadlines(self._session)
        # One session serves all tenants.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        timeout_s: float,
        limit_bytes: int = ANSWER_LIMIT_BYTES,
    ) -> HttpAnswer:
        """Post a body and return the answer, whatever its status, cut off at `limit_bytes`.

        Raises Retryable if there is none in time, and Permanent for a URL that must not or
        cannot be asked. The reasons never repeat the URL, which may be a secret.
        """
        answer, content, is_broken = self._call(
            "POST", url, timeout_s, limit_bytes, data=body, headers=headers
        )
        return _told(answer, content, is_broken)

    def get(
        self, url: str, timeout_s: float, headers: Mapping[str, str] = _NO_HEADERS
    ) -> HttpAnswer:
        """Read an address, under the same guards, and return the answer, whatever its status.

        Raises Retryable if there is none in time, and Permanent as `post` does.
        """
        answer, content, is_broken = self._call("GET", url, timeout_s, headers=headers)
        return _told(answer, content, is_broken)

    def exchange(self, method: str, url: str, timeout_s: float, **said: Any) -> requests.Response:
        """Ask as a vendor's library wants to, under the same guards; return its kind of answer.

        `said` is what requests calls params, data, json, headers and auth. The answer is whole, or
        cut off at ANSWER_LIMIT_BYTES. Raises Retryable and Permanent as `post` does.
        """
        answer, content, _is_broken = self._call(method, url, timeout_s, **said)
        response = requests.Response()
        response.status_code = answer.status_code
        response.reason = answer.reason
        response.headers = answer.headers
        response.url = answer.url
        response.encoding = answer.encoding
        response.raw = BytesIO(content)
        return response

    def address_of(self, host: str, port: int) -> str:
        """Return what to connect to instead of a host, under the same guard, for other protocols.

        Raises Retryable if it has no address now, and Permanent for one that must not be called.
        """
        if self._allow_private:
            return host
        try:
            return public_address(host, port, self._allow_loopback)
        except InvalidIPAddress:
            raise Permanent("the address is not public") from None
        except UnicodeError:
            raise Permanent("the host cannot be used") from None
        except OSError as error:
            raise Retryable(f"no answer: {type(error).__name__}") from None

    def close(self) -> None:
        """Close the connections that are kept open; a later call opens new ones."""
        self._session.close()

    def _call(
        self,
        method: str,
        url: str,
        timeout_s: float,
        limit_bytes: int = ANSWER_LIMIT_BYTES,
        **said: Any,
    ) -> tuple[requests.Response, bytes, bool]:
        deadline_s = monotonic() + timeout_s
        # A compressed answer could grow above any limit.
        said["headers"] = {**(said.get("headers") or {}), "Accept-Encoding": "identity"}
        try:
            with self._session.request(
                method,
                url,
                timeout=urllib3.Timeout(total=timeout_s, connect=min(CONNECT_TIMEOUT_S, timeout_s)),
                stream=True,
                **said,
            ) as response:
                content, is_broken = _read(response, deadline_s, limit_bytes)
        except InvalidIPAddress:
            raise Permanent("the address is not public") from None
        except ValueError as error:
            if _is_about_the_answer(error):
                raise Retryable("no answer: its headers contradict each other") from None
            raise Permanent("the URL or a header cannot be used") from None
        # Not everything that urllib3 raises is translated on its way.
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise Retryable(f"no answer: {type(error).__name__}") from None
        return response, content, is_broken


def _told(response: requests.Response, content: bytes, is_broken: bool) -> HttpAnswer:
    names = {name.lower(): value for name, value in response.headers.items()}
    return HttpAnswer(response.status_code, names, content, is_broken)


def _resize(session: requests.Session, pool: PoolSize) -> None:
    for adapter in session.adapters.values():
        if isinstance(adapter, HTTPAdapter):
            adapter.init_poolmanager(pool.hosts, pool.connections)


def _is_about_the_answer(error: ValueError) -> bool:
    """Tell whether a header is wrong that came, and not one to send: then something was said."""
    cause = error.args[0] if error.args else None
    return isinstance(cause, urllib3.exceptions.HTTPError)


def _read(response: requests.Response, deadline_s: float, limit_bytes: int) -> tuple[bytes, bool]:
    """Read an answer up to the limit, and no longer than until the deadline.

    A body that breaks off is no failure: the status has said what became of the request. Whether
    it did is returned, too.
    """
    content = bytearray()
    with suppress(urllib3.exceptions.HTTPError, OSError):
        while len(content) < limit_bytes and monotonic() < deadline_s:
            chunk = response.raw.read1(min(limit_bytes - len(content), _CHUNK_BYTES))
            if not chunk:
                return bytes(content), False
            content += chunk
    return bytes(content), len(content) < limit_bytes
