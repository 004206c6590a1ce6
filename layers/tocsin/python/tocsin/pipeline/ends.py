"""How a notification ended, in the words of the books."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from tocsin.domain.group import Group, Intent
from tocsin.domain.reconcile import Plan
from tocsin.pipeline.batch import Outcome
from tocsin.pipeline.safecall import Dead, Delivered

DeliveryOutcome = Literal["delivered", "dead", "refused"]
Recorded = Literal["delivered", "dead", "failed"]


class End(msgspec.Struct, frozen=True):
    """How a notification ended, why, and what its receiver calls it."""

    outcome: DeliveryOutcome
    reason: str = ""
    receipt: str = ""
    is_in_part: bool = False

    @property
    def recorded(self) -> Recorded:
        """What the books call it."""
        return "delivered" if self.outcome == "delivered" else "dead"


_OVERDUE = "it failed, and gets no other turn by the pace of its receiver in time"


def end_of(verdict: Delivered | Dead, planned: Plan, intent: Intent) -> End:
    """Return how a notification ended, by what its receiver said."""
    if isinstance(verdict, Delivered):
        return End("delivered", receipt=verdict.receipt)
    taken = verdict.taken or intent.taken
    if taken:
        return in_part(taken, verdict.reason)
    # Before an intent that was found, rather than planned, a try may have arrived: its answer was
    # lost, or its worker.
    is_certain = verdict.is_refusal and bool(planned.steps)
    return End("refused" if is_certain else "dead", verdict.reason)


def in_part(taken: Sequence[str], reason: str) -> End:
    """Return the end of what some have and others have not.

    It is no dead letter: sent again, it would reach the former twice.
    """
    receipt = f"taken by {', '.join(taken)} alone: {reason}"
    return End("delivered", receipt=receipt, is_in_part=True)


def overdue(intent: Intent) -> End:
    """Return the end of what is too old before it gets another turn."""
    return in_part(intent.taken, _OVERDUE) if intent.taken else End("dead", _OVERDUE)


def followed(intent: Intent) -> End:
    """Return the end of what some have, who would wait for news as long as others do not."""
    return in_part(intent.taken, "what is new does not wait for the others")


def count_end(outcome: Outcome, group: Group, intent: Intent, end: End) -> None:
    """Count how an intent ended; warn of one that some of those whom it is for never got."""
    if end.is_in_part:
        key = group.key
        reason = f"some people of receiver {key.receiver} of {key.tenant} did not get a message"
        outcome.warnings.append(reason)
    if end.outcome == "delivered":
        outcome.count("delivered")
        outcome.count("steps", len(intent.steps))
    else:
        outcome.count("failed")
