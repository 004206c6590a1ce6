"""A real mail server on loopback, which replies as it is told and keeps what it took.

RFC 5321 (SMTP), RFC 3207 (STARTTLS), RFC 4954 (AUTH); of commands, those that somebody needs who
hands a message in.
"""

import ssl
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from socketserver import StreamRequestHandler
from threading import Event

import msgspec
from msgspec.structs import replace

from cli.loopback import Loopback, owner_of

# RFC 3463, 3.7: the conversion or the content of the message is at fault.
REFUSED = "554 5.6.0"
# RFC 5321, 4.5.3.1.5.
_REPLY_LIMIT = 500
_WAIT_S = 10.0
_DRIP_S = 0.02


class Mail(msgspec.Struct):
    """A message, its envelope, who had logged in, and why it was refused."""

    sender: str
    to: list[str]
    content: bytes
    login: str = ""
    is_encrypted: bool = False
    faults: tuple[str, ...] = ()


class MailServer:
    """What is known of a server while it runs, and what it will do."""

    def __init__(self) -> None:
        self.port = 0
        # What was taken, and every message that came, taken or not.
        self.taken: list[Mail] = []
        self.offered: list[Mail] = []
        # Every line that came, but for messages, with what was said before it was encrypted.
        self.lines: list[str] = []
        # What is replied to the next command of a name; "lost" hangs up, "hangs" says nothing
        # until the server ends, "drips" goes on for ever, byte by byte.
        # "CONNECT" is the greeting, "RCPT a@example.com" one recipient, "." the message.
        self.replies: dict[str, list[str]] = {}
        self.extensions: list[str] = []
        self.context: ssl.SSLContext | None = None
        self.is_tls_from_the_start = False
        self.logins: dict[str, str] = {}
        # What is wrong with a message, which is then refused.
        self.check: Callable[[bytes], Iterable[str]] = lambda _content: ()
        self.on_mail: Callable[[Mail], None] = lambda _mail: None
        self.ending = Event()


class _Hangs(Exception):
    """The connection ends without another word."""


class _Handler(StreamRequestHandler):
    def setup(self) -> None:
        self.world: MailServer = owner_of(self)
        self.is_encrypted = False
        if self.world.is_tls_from_the_start:
            self._encrypt()
        super().setup()

    def handle(self) -> None:
        self.mail = Mail("", [], b"")
        with suppress(_Hangs, OSError):
            self._say(self._reply("CONNECT", "220 mail.example ESMTP"))
            while line := self.rfile.readline():
                text = line.decode("ascii").rstrip("\r\n")
                self.world.lines.append(text)
                if not self._command(text):
                    return

    def _command(self, text: str) -> bool:
        name, _, rest = text.partition(" ")
        act = getattr(self, f"_on_{name.lower()}", None)
        self._say("500 unknown" if act is None else act(rest.strip()))
        if act is not None and name.upper() == "STARTTLS":
            self._encrypt()
            super().setup()
        return name.upper() != "QUIT"

    def _on_ehlo(self, _: str) -> str:
        offered = list(self.world.extensions)
        if self.world.context and not self.is_encrypted:
            offered.append("STARTTLS")
        lines = ["mail.example", *offered]
        marks = ["-"] * (len(lines) - 1) + [" "]
        said = "\r\n".join(f"250{mark}{line}" for mark, line in zip(marks, lines, strict=True))
        return self._reply("EHLO", said)

    def _on_starttls(self, _: str) -> str:
        return self._reply("STARTTLS", "220 go on")

    def _on_auth(self, rest: str) -> str:
        way, _, given = rest.partition(" ")
        if way == "PLAIN":
            _, name, password = b64decode(given).decode().split("\0")
        else:
            self._say("334 VXNlcm5hbWU6")
            name = b64decode(self.rfile.readline()).decode()
            self._say("334 UGFzc3dvcmQ6")
            password = b64decode(self.rfile.readline()).decode()
        is_right = self.world.logins.get(name) == password
        self.mail.login = name if is_right else ""
        return self._reply("AUTH", "235 2.7.0 welcome" if is_right else "535 5.7.8 no")

    def _on_mail(self, rest: str) -> str:
        self.mail.sender = rest.partition("<")[2].partition(">")[0]
        needs_login = bool(self.world.logins) and not self.mail.login
        return self._reply("MAIL", "530 5.7.0 log in" if needs_login else "250 2.1.0 ok")

    def _on_rcpt(self, rest: str) -> str:
        at = rest.partition("<")[2].partition(">")[0]
        reply = self._reply(f"RCPT {at}", "") or self._reply("RCPT", "250 2.1.5 ok")
        if reply.startswith("25"):
            self.mail.to.append(at)
        return reply

    def _on_data(self, _: str) -> str:
        reply = self._reply("DATA", "354 go on")
        if not reply.startswith("354"):
            return reply
        self._say(reply)
        mail = self._read()
        self.world.offered.append(mail)
        self.world.on_mail(mail)
        if mail.faults:
            return f"{REFUSED} {'; '.join(mail.faults)}"[:_REPLY_LIMIT]
        planned = self.world.replies.get(".", [])
        if not planned or not planned[0].startswith(("4", "5")):
            self.world.taken.append(mail)
        return self._reply(".", "250 2.0.0 Ok: queued as 4F1A")

    def _read(self) -> Mail:
        """Read a message up to the line that has only a dot (RFC 5321, 4.5.2)."""
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        content = b"".join(lines)
        faults = tuple(self.world.check(content))
        return replace(
            self.mail,
            to=list(self.mail.to),
            content=content,
            is_encrypted=self.is_encrypted,
            faults=faults,
        )

    def _on_quit(self, _: str) -> str:
        return self._reply("QUIT", "221 2.0.0 bye")

    def _reply(self, name: str, usual: str) -> str:
        planned = self.world.replies.get(name)
        return planned.pop(0) if planned else usual

    def _say(self, reply: str) -> None:
        if reply == "lost":
            raise _Hangs
        if reply == "hangs":
            self.world.ending.wait(_WAIT_S)
            raise _Hangs
        while reply == "drips":
            self.connection.sendall(b"2")
            if self.world.ending.wait(_DRIP_S):
                raise _Hangs
        while reply == "endless":
            self.connection.sendall(b"250-more\r\n" * 100)
        self.connection.sendall(reply.encode() + b"\r\n")

    def _encrypt(self) -> None:
        assert self.world.context is not None
        connection = self.request if self.world.is_tls_from_the_start else self.connection
        self.request = self.world.context.wrap_socket(connection, server_side=True)
        self.is_encrypted = True


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Serve in a thread, at the `port` of what is yielded."""
    world = MailServer()
    server = Loopback(_Handler, world)
    world.port = server.port
    server.start()
    try:
        yield world
    finally:
        world.ending.set()
        server.stop()
