"""What sides of the contract of channels share whose vendors are called by HTTP."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from cli.vendors.localserver import Answer, LocalServer, Request
from tests.channels import tools
from tocsin.domain.config import Receiver

_NO_ANSWER_S = 0.2


class HttpSide:
    """A vendor on loopback: what it takes is in `taken`, and its answers are `answer`'s."""

    follows: Literal["alone", "answers", "under", "of it"] = "alone"
    deduplicates = False
    says_when = True
    secrets: Sequence[str] = ("/hook/secret",)
    # How the vendor says never.
    refusal = Answer(status=400, body=b"no")
    # Headers that differ from try to try.
    changing: frozenset[str] = frozenset()

    def __init__(self, server: LocalServer, receiver: Receiver) -> None:
        self.server = server
        self.receiver = receiver
        self.tools = tools()
        self.taken: list[Request] = []
        self._loses = False
        server.respond = self._respond

    def refuse(self) -> None:
        self.server.answers.append(self.refusal)

    def throttle(self, retry_after_s: int) -> None:
        headers = {"Retry-After": str(retry_after_s)}
        self.server.answers.append(Answer(status=429, headers=headers))

    def fail(self) -> None:
        self.server.answers.append(Answer(status=503, body=b"down"))

    def hang(self) -> None:
        self.server.answers.append(Answer(hangs=True))
        self.receiver = replace(self.receiver, timeout_s=_NO_ANSWER_S)

    def lose_answer(self) -> None:
        self._loses = True

    def calls(self) -> Sequence[object]:
        return [
            (
                each.method,
                each.path,
                {name: text for name, text in each.headers.items() if name not in self.changing},
                each.body,
            )
            for each in self.server.requests
        ]

    def answer(self, request: Request) -> Answer:
        """Take a request and return what the vendor says to it."""
        self.taken.append(request)
        return Answer()

    def bodies(self) -> list[dict]:
        """Return what was taken as JSON."""
        return [msgspec.json.decode(each.body) for each in self.taken]

    def faults(self) -> Iterable[str]:
        return []

    def live(self) -> Iterable[str]:
        return []

    def _respond(self, request: Request) -> Answer:
        answer = self.answer(request)
        loses, self._loses = self._loses, False
        return Answer(is_lost=True) if loses else answer
