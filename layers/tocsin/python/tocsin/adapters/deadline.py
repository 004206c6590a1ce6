"""One deadline for a whole HTTP answer, however slowly it comes.

The timeout of a socket starts anew with every byte that arrives. A server that sends its
headers byte by byte would so outlive the function that waits for it.
"""

import socket
from http.client import HTTPResponse
from io import BufferedReader, RawIOBase
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from requests import Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class TimedReader(RawIOBase):
    """Reads from a socket; each read may take what is left of the whole time."""

    def __init__(self, raw: RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        # Just before, the connection gave the socket what is left of the total.
        left_s = sock.gettimeout()
        self._deadline_s = None if left_s is None else monotonic() + left_s

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int | None:
        if self._deadline_s is not None:
            left_s = self._deadline_s - monotonic()
            if left_s <= 0:
                raise TimeoutError("the answer is not complete in time")
            self._sock.settimeout(left_s)
        # A raw stream has it, though its base class does not say so.
        return cast(Any, self._raw).readinto(buffer)  # type: ignore[no-any-return]

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp: BufferedReader = BufferedReader(TimedReader(self.fp.detach(), sock))


class _TimedConnection(HTTPConnection):
    response_class = _TimedResponse


class _TimedTlsConnection(HTTPSConnection):
    response_class = _TimedResponse


class _TimedPool(HTTPConnectionPool):
    ConnectionCls = _TimedConnection


class _TimedTlsPool(HTTPSConnectionPool):
    ConnectionCls = _TimedTlsConnection


def hold_to_deadlines(session: Session) -> None:
    """Make the total of a `urllib3.Timeout` hold for headers and body too, in all of a session.

    From the start of the connect; the look-up of a name has a limit of its own.
    """
    for adapter in session.adapters.values():
        if isinstance(adapter, HTTPAdapter):
            adapter.poolmanager.pool_classes_by_scheme = {
                "http": _TimedPool,
                "https": _TimedTlsPool,
            }
