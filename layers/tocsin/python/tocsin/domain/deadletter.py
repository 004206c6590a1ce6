"""The dead letter: a message that failed too often or for good, and what is known of it."""

import msgspec

RECEIVED_TOO_OFTEN = "ReceivedTooOften"
UNREADABLE = "Unreadable"


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a dead-letter queue.

    `id` survives a redrive where the message can be read, and is its message id where not.
    `sent_at_s` is when its queue first took it; a message that SQS moved itself keeps that.
    """

    queue: str
    id: str
    tenant: str
    error: str
    reason: str
    alerts: int = 0
    groups: int = 0
    sent_at_s: float
    receives: int
    message_id: str
    body: str


class Depth(msgspec.Struct, frozen=True):
    """About how many letters a queue holds; `in_flight` are in some reader's hands."""

    visible: int
    in_flight: int


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which letters are meant; what is None does not matter."""

    tenant: str | None = None
    error: str | None = None
    id: str | None = None

    def takes(self, letter: Letter) -> bool:
        """Tell whether a letter is among them."""
        wanted = ((self.tenant, letter.tenant), (self.error, letter.error), (self.id, letter.id))
        return all(word is None or word == actual for word, actual in wanted)

    @property
    def is_everything(self) -> bool:
        """Whether no letter is left out."""
        return self.tenant is None and self.error is None and self.id is None


class Pile(msgspec.Struct, kw_only=True):
    """Letters of one queue, tenant and error, counted."""

    queue: str
    tenant: str
    error: str
    letters: int = 0
    alerts: int = 0
    groups: int = 0
    oldest_sent_at_s: float


class Piles:
    """Letters counted by queue, tenant and error; it keeps none of them."""

    def __init__(self) -> None:
        self._piles: dict[tuple[str, str, str], Pile] = {}

    def add(self, letter: Letter) -> None:
        """Count a letter."""
        key = (letter.queue, letter.tenant, letter.error)
        pile = self._piles.get(key)
        if pile is None:
            queue, tenant, error = key
            pile = Pile(queue=queue, tenant=tenant, error=error, oldest_sent_at_s=letter.sent_at_s)
            self._piles[key] = pile
        pile.letters += 1
        pile.alerts += letter.alerts
        pile.groups += letter.groups
        pile.oldest_sent_at_s = min(pile.oldest_sent_at_s, letter.sent_at_s)

    @property
    def letters(self) -> int:
        """How many letters were counted."""
        return sum(pile.letters for pile in self._piles.values())

    def all(self) -> list[Pile]:
        """Return the piles, in the order in which their first letters came."""
        return list(self._piles.values())
