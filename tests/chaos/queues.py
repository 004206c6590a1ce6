"""SQS standard queues with all that they are allowed to do, in virtual time."""

from collections.abc import Sequence
from math import inf
from random import Random
from typing import Any

import msgspec

VISIBILITY_S = 181.0
MAX_RECEIVES = 5
# The stages in the order in which an alert passes them, rules before all; urgent before the rest.
QUEUES = (
    "rules",
    "enrich-urgent",
    "enrich",
    "evaluate-urgent",
    "evaluate",
    "notify-urgent",
    "notify",
)
# What nobody waits for who is to be told.
ASIDE = ("investigate",)
BATCH = {"rules": 1, "enrich": 100, "evaluate": 100, "notify": 10, "investigate": 1}


class Message(msgspec.Struct, kw_only=True):
    """One message, or one copy of it."""

    id: str
    body: str
    group: str
    sent_at_s: float
    attributes: dict[str, Any] = {}
    receives: int = 0
    visible_at_s: float = 0.0
    receipt: str = ""
    # Set where SQS moved it here from another queue.
    moved_from: str = ""


class Sqs:
    """All queues of a stack and their dead-letter queues, by name."""

    def __init__(self, random: Random | None = None) -> None:
        self._random = random
        self._count = 0
        self.queues: dict[str, list[Message]] = {}
        # Whether a message that was received once may be received again while it is in flight.
        self.repeat_rate = 0.0
        self.sent: list[tuple[str, Message]] = []
        # Every message that was handed out, as often as it was.
        self.handed: list[tuple[str, Message]] = []

    def waiting(self, queue: str) -> list[Message]:
        """Return the messages of a queue, in flight or not."""
        return self.queues.setdefault(queue, [])

    def send(self, queue: str, entry: dict[str, Any], now_s: float) -> dict[str, Any]:
        """Take one message."""
        message = Message(
            id=self._name("m"),
            body=entry["MessageBody"],
            group=entry.get("MessageGroupId", ""),
            attributes=entry.get("MessageAttributes", {}),
            sent_at_s=now_s,
            visible_at_s=now_s + entry.get("DelaySeconds", 0),
        )
        self.waiting(queue).append(message)
        self.sent.append((queue, message))
        return {"MessageId": message.id, "MD5OfMessageBody": ""}

    def receive(
        self, queue: str, most: int, now_s: float, visibility_s: float = VISIBILITY_S
    ) -> list[Message]:
        """Hand out up to `most` visible messages; without a Random, the oldest first."""
        visible = [each for each in self.waiting(queue) if each.visible_at_s <= now_s]
        if self._random is not None:
            self._random.shuffle(visible)
            most = self._random.randint(1, most)
        given = []
        for message in visible[:most]:
            if message.receives >= MAX_RECEIVES and not queue.endswith("-dead"):
                self._bury(queue, message)
                continue
            message.receives += 1
            message.receipt = self._name("r")
            is_repeated = self._random is not None and self._random.random() < self.repeat_rate
            message.visible_at_s = now_s if is_repeated else now_s + visibility_s
            given.append(msgspec.structs.replace(message))
        self.handed += [(queue, message) for message in given]
        return given

    def visible_at_s(self, now_s: float) -> float:
        """Return when the next message in flight becomes visible; never, if there is none."""
        waiting = [each for messages in self._alive() for each in messages]
        return min((m.visible_at_s for m in waiting if m.visible_at_s > now_s), default=inf)

    def delete(self, queue: str, receipts: Sequence[str]) -> None:
        """Delete messages by any receipt that they ever had."""
        gone = set(receipts)
        self.queues[queue] = [each for each in self.waiting(queue) if each.receipt not in gone]

    def show(self, queue: str, receipt: str, at_s: float) -> None:
        """Change when a message comes back."""
        for message in self.waiting(queue):
            if message.receipt == receipt:
                message.visible_at_s = at_s

    def redrive(self) -> int:
        """Send every dead letter back, under a new message id; return how many."""
        count = 0
        for name in [name for name in self.queues if name.endswith("-dead")]:
            letters, self.queues[name] = self.queues[name], []
            for letter in letters:
                fresh = msgspec.structs.replace(
                    letter, id=self._name("m"), receives=0, visible_at_s=0.0, moved_from=""
                )
                self.waiting(name.removesuffix("-dead")).append(fresh)
                count += 1
        return count

    def lose(self, queue: str) -> bool:
        """Lose the first message of a queue outright; tell whether there was one."""
        messages = self.waiting(queue)
        if messages:
            messages.pop(0)
            return True
        return False

    @property
    def dead(self) -> list[Message]:
        """All dead letters."""
        return [
            each
            for name, messages in self.queues.items()
            if name.endswith("-dead")
            for each in messages
        ]

    def is_quiet(self) -> bool:
        """Tell whether no message is on its way."""
        return not any(self._alive())

    def _alive(self) -> list[list[Message]]:
        return [messages for name, messages in self.queues.items() if not name.endswith("-dead")]

    def _bury(self, queue: str, message: Message) -> None:
        self.waiting(queue).remove(message)
        message.moved_from, message.visible_at_s = queue, 0.0
        self.waiting(f"{queue}-dead").append(message)

    def _name(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count}"
