"""A session with a mail server, within one time, however slowly the server speaks.

Sources: RFC 5321 (SMTP), RFC 3207 (STARTTLS), RFC 8314 (TLS from the start).
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from io import BufferedReader, RawIOBase
from smtplib import SMTP, SMTPDataError
from socket import create_connection, socket
from time import monotonic
from typing import Any, cast

from requests import adapters

from tocsin.adapters.deadline import TimedReader

CONNECT_TIMEOUT_S = 3.05
# All that a server may say in a session.
REPLY_LIMIT_BYTES = 64 * 1024
_CHUNK_BYTES = 16 * 1024
_GOODBYE_S = 1.0

Reply = tuple[int, bytes]


class Session(SMTP):
    """A session of which every read and write has what is left of one time.

    All methods raise OSError, such as SMTPException, where the server does not answer in time.
    """

    def __init__(self, sock: socket, name: str, deadline_s: float) -> None:
        # Without a host it connects to nobody; without a name it would ask the resolver for one.
        super().__init__(local_hostname=name)
        self.sock = sock
        self.deadline_s = deadline_s

    def getreply(self) -> Reply:
        """Read one reply, which must have an end."""
        if self.file is None:
            raw = cast(RawIOBase, self._hurried().makefile("rb", buffering=0))
            self.file = BufferedReader(_Replies(raw, self._hurried()))
        return super().getreply()

    def send(self, s: Any) -> None:
        """Send a text of ASCII, or bytes."""
        data = s.encode("ascii") if isinstance(s, str) else s
        # An encrypted socket has its timeout anew for each piece that it writes.
        for at in range(0, len(data), _CHUNK_BYTES):
            self._hurried()
            super().send(data[at : at + _CHUNK_BYTES])

    def encrypt(self, host: str) -> None:
        """Go on in TLS, under a certificate of `host` that somebody trusted signed."""
        context = _context(str(adapters.DEFAULT_CA_BUNDLE_PATH))
        self.sock = context.wrap_socket(self._hurried(), server_hostname=host)
        # RFC 3207, 4.2: what was said before counts no longer, nor what was read ahead.
        self.file = None

    def deliver(self, content: bytes) -> Reply:
        """Send the message, and return the last reply, be it to the message or to DATA alone."""
        try:
            return self.data(content)
        except SMTPDataError as error:
            return error.smtp_code, cast(bytes, error.smtp_error)

    def part(self) -> None:
        """Take leave, and do not wait long for an answer."""
        self.deadline_s = min(self.deadline_s, monotonic() + _GOODBYE_S)
        self.file = None
        with suppress(OSError):
            self.docmd("QUIT")

    def _hurried(self) -> socket:
        """Return the socket, which may take what is left for the next read or write."""
        left_s = self.deadline_s - monotonic()
        if left_s <= 0 or self.sock is None:
            raise TimeoutError
        self.sock.settimeout(left_s)
        return self.sock


@contextmanager
def opened(address: str, port: int, name: str, deadline_s: float) -> Iterator[Session]:
    """Connect, say goodbye at the end if all went well, and hang up. Raises OSError."""
    timeout_s = min(CONNECT_TIMEOUT_S, max(deadline_s - monotonic(), 0.001))
    session = Session(create_connection((address, port), timeout_s), name, deadline_s)
    try:
        yield session
        session.part()
    finally:
        session.close()


class _Replies(TimedReader):
    """What a server says, up to a limit."""

    _left_bytes = REPLY_LIMIT_BYTES

    def readinto(self, buffer: Any, /) -> int | None:
        count = super().readinto(buffer)
        self._left_bytes -= count or 0
        if self._left_bytes < 0:
            raise OSError("too long a reply")
        return count


@cache
def _context(bundle: str) -> ssl.SSLContext:
    """Return what trusts the authorities of this machine and those of all HTTPS calls."""
    context = ssl.create_default_context()
    context.load_verify_locations(bundle)
    return context
