"""What the contract of channels asks of each kind of receiver, and the kinds that answer.

A side is a vendor on loopback, or a stub of one, shaped like the vendor's documentation says. To
add a kind, write `tests/contract/sides_KIND.py` with a `Side` and a context manager that yields a
new one, and name that in `SIDES`. What several vendors by HTTP share is in `httpside.py`.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from tests.contract import (
    sides_apprise,
    sides_awstargets,
    sides_email,
    sides_incidents,
    sides_slack,
    sides_teams,
    sides_webhook,
)
from tests.contract.seen import Seen
from tocsin.adapters.receivers.posting import Tools
from tocsin.domain.config import Receiver


class Side(Protocol):
    """One kind of receiver.

    `follows` says what becomes of a notification that belongs to an earlier one: a message by
    itself ("alone"), one that "answers" the first, a change "of it", or one "under" the first, of
    which only the end is a change. The methods up to `lose_answer` say what becomes of the next
    call; without them it is taken.
    """

    receiver: Receiver
    tools: Tools
    # What no error, receipt or line of a log may hold.
    secrets: Sequence[str]
    follows: Literal["alone", "answers", "under", "of it"]
    # Whether the vendor shows what comes twice under one key once.
    deduplicates: bool
    # Whether it can say when to come again.
    says_when: bool

    def refuse(self) -> None:
        """Refuse for good."""

    def throttle(self, retry_after_s: int) -> None:
        """Ask for fewer calls."""

    def fail(self) -> None:
        """Fail as if the vendor were down."""

    def hang(self) -> None:
        """Give no answer within the receiver's timeout, which this makes short."""

    def lose_answer(self) -> None:
        """Take it, and break the connection off before the answer."""

    def calls(self) -> Sequence[object]:
        """Return what came, taken or not, but for times and signatures."""

    def seen(self) -> Sequence[Seen]:
        """Return what people have before them now, oldest first."""

    def faults(self) -> Iterable[str]:
        """Return in which ways what came is not what the vendor's documentation asks for."""

    def live(self) -> Iterable[str]:
        """Return mentions, links and markup of an alert's texts that work in what is seen."""


SIDES: dict[str, Callable[[], AbstractContextManager[Side]]] = {
    "webhook": sides_webhook.side,
    "webhook signed": sides_webhook.signed_side,
    "pagerduty": sides_incidents.pagerduty_side,
    "opsgenie": sides_incidents.opsgenie_side,
    "teams": sides_teams.side,
    "slack webhook": sides_slack.webhook_side,
    "slack app": sides_slack.app_side,
    "mail server": sides_email.smtp_side,
    "ses": sides_email.ses_side,
    "sns": sides_awstargets.one_of(sides_awstargets.SnsSide),
    "sqs": sides_awstargets.one_of(sides_awstargets.SqsSide),
    "sqs fifo": sides_awstargets.one_of(sides_awstargets.SqsSide, "alerts.fifo"),
    "eventbridge": sides_awstargets.one_of(sides_awstargets.EventBridgeSide),
    "lambda": sides_awstargets.one_of(sides_awstargets.LambdaSide),
    "apprise": sides_apprise.side,
}

__all__ = ["SIDES", "Seen", "Side"]
