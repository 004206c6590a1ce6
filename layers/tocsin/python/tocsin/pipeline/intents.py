"""An intent between two tries: until when it waits, and what the books hear of it."""

import math
from collections.abc import Mapping

import msgspec

from tocsin.domain.acknowledgement import ACKNOWLEDGED, is_acknowledgement
from tocsin.domain.actionlink import MessageAction
from tocsin.domain.config import Receiver
from tocsin.domain.decision import ENRICHED
from tocsin.domain.group import Group, Intent, Settlement, Step, Thread, Told, alert_of, is_digest
from tocsin.domain.grouping import IDLE_S
from tocsin.domain.intent import settle_steps
from tocsin.domain.journal import DeliveryRecord
from tocsin.domain.reconcile import Plan
from tocsin.domain.reminding import settle_ends
from tocsin.pipeline.ends import DeliveryOutcome, End, Recorded
from tocsin.pipeline.recent import remember
from tocsin.pipeline.recipients import Recipient
from tocsin.pipeline.safecall import Deferred, endpoint_of
from tocsin.ports import Notification

# A notification that waits is looked at again this soon: its receiver may have been mended.
LOOK_AGAIN_S = 120.0
_REMEMBERED = 1000
_LATER_S = 0.001


class Taken:
    """The notifications that a worker saw taken, or by whom, until that is written down."""

    def __init__(self) -> None:
        self._receipts: dict[str, str] = {}
        self._parts: dict[str, tuple[str, ...]] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._receipts

    def add(self, key: str, receipt: str) -> None:
        """Remember a notification by its key, and what its receiver calls it."""
        remember(self._receipts, key, receipt, _REMEMBERED)

    def receipt(self, key: str) -> str:
        """Return what the receiver calls a notification that was taken."""
        return self._receipts[key]

    def add_part(self, key: str, taken: tuple[str, ...]) -> None:
        """Remember all who have a notification that others have not taken yet."""
        if taken:
            remember(self._parts, key, taken, _REMEMBERED)

    def part(self, intent: Intent) -> tuple[str, ...]:
        """Return who is known to have a notification that others have not taken yet."""
        return max(intent.taken, self._parts.get(intent.key, ()), key=len)

    def forget(self, intent: Intent) -> None:
        """Forget what is written down."""
        self._receipts.pop(intent.key, None)
        self._parts.pop(intent.key, None)


def is_waiting(group: Group, intent: Intent, receiver: Receiver, at_s: float) -> bool:
    """Tell whether an intent must wait, for the endpoint that its receiver has now."""
    if intent.not_before_s <= at_s:
        return False
    # An intent of an earlier release does not say what it waits for.
    return intent.waits_for in ("", endpoint_of(group.key.tenant, receiver))


def look_again_at_s(intent: Intent, at_s: float) -> float:
    """Return when an intent that waits is due to be looked at."""
    return min(intent.not_before_s, at_s + LOOK_AGAIN_S)


def notification_of(
    group: Group, intent: Intent, recipient: Recipient, actions: tuple[MessageAction, ...] = ()
) -> Notification:
    """Return what a receiver gets in the next try at an intent."""
    return Notification(
        key=intent.key,
        receiver=recipient.receiver,
        group=group.key,
        alerts=intent.alerts,
        attempt=intent.attempts + 1,
        new=min(len(intent.steps), len(intent.alerts)),
        reason=intent.reason,
        truncated=intent.truncated,
        external_url=recipient.config.external_url,
        thread=group.thread,
        actions=actions,
        taken=intent.taken,
        acknowledged_by=intent.acknowledged_by,
    )


def thread_after(
    group: Group, intent: Intent, end: End | None, told: Mapping[str, Told]
) -> Thread | None:
    """Return what the next notification belongs under, once one has ended or was handed over.

    What opens a thread is what was delivered where none was open; it is over where the receiver
    believes of nothing any more that it fires. A digest opens none: its alerts have nothing in
    common, and the next one is news.
    """
    if is_digest(group.key) or all(each.step == "resolved" for each in told.values()):
        return None
    if group.thread is not None or end is None or end.outcome != "delivered":
        return group.thread
    return Thread(intent.key, end.receipt)


def spoken_at_s(group: Group, now_s: float) -> float:
    """Return when a group speaks that does so now: later than it, or its digest, did before.

    The key of a repeat follows from that, and clocks differ.
    """
    return max(now_s, group.notified_at_s + _LATER_S)


def spoken_after(
    group: Group, intent: Intent, end: End, told: Mapping[str, Told], at_s: float
) -> tuple[Thread | None, float]:
    """Return the thread of a group, and when it last spoke, once an intent ended at `at_s`."""
    if is_acknowledgement(intent):
        return group.thread, group.notified_at_s
    return thread_after(group, intent, end, told), at_s


def told_after(
    group: Group, planned: Plan, intent: Intent, outcome: DeliveryOutcome, at_s: float
) -> dict[str, Told]:
    """Return what a group told once a notification has ended, which is at `at_s`."""
    of_digest = is_digest(group.key)
    if is_acknowledgement(intent):
        return settle_steps(planned.told, intent, outcome)
    told = settle_steps(planned.told, intent, outcome, of_digest=of_digest)
    return settle_ends(group, told, intent, outcome, at_s)


def deferred(intent: Intent, verdict: Deferred, endpoint: str, at_s: float) -> Intent:
    """Return an intent as it waits for its next try at an endpoint."""
    return msgspec.structs.replace(
        intent,
        attempts=verdict.attempts,
        not_before_s=verdict.until_s,
        waits_for=endpoint,
        taken=verdict.taken or intent.taken,
        failed_at_s=at_s if verdict.was_tried else intent.failed_at_s,
    )


def counts_from_s(intent: Intent) -> float:
    """Return from when it counts for giving up how old an intent is.

    As long as it was never tried, it does not count that it waits for its turn.
    """
    return intent.created_at_s + intent.paced_s


def ends_at_s(intent: Intent, receiver: Receiver) -> float:
    """Return when an intent is given up that waits for its turn; never, if no try has failed."""
    if not intent.failed_at_s:
        return math.inf
    return counts_from_s(intent) + receiver.retry.give_up_after_s


def paced(intent: Intent, at_s: float) -> Intent:
    """Return an intent as it waits for its turn by the pace of its receiver."""
    if intent.failed_at_s:
        return intent
    return msgspec.structs.replace(intent, paced_since_s=intent.paced_since_s or at_s)


def through_its_pace(intent: Intent, at_s: float) -> Intent:
    """Return an intent whose turn it is now."""
    if not intent.paced_since_s:
        return intent
    paced_s = intent.paced_s + at_s - intent.paced_since_s
    return msgspec.structs.replace(intent, paced_since_s=0.0, paced_s=paced_s)


def settlement(
    group: Group, planned: Plan, intent: Intent | None, due_at_s: float | None, *, is_final: bool
) -> Settlement:
    """Return how a group is left: by a plan, with an intent that is not settled, if any.

    A digest is kept from its last look on: it looks as long as it has anything to say, though it is
    held back for weeks and nothing is handed to it.
    """
    return Settlement(
        told=planned.told,
        intent=intent,
        due_at_s=due_at_s,
        is_final=is_final,
        flushed_at_s=group.flushed_at_s,
        notified_at_s=group.notified_at_s,
        muted=planned.muted,
        thread=group.thread,
        expires_at_s=group.lease_until_s + IDLE_S if is_digest(group.key) else None,
    )


def records(
    group: Group, intent: Intent, outcome: Recorded, reason: str, at_s: float, receipt: str = ""
) -> list[DeliveryRecord]:
    """Return what the books hear of one try: a record for each step."""
    return [
        DeliveryRecord(
            source=step.source,
            fingerprint=alert_of(step.fingerprint),
            episode=step.episode,
            step=step.step,
            receiver=group.key.receiver,
            group=group.key.id,
            outcome=outcome,
            reason=_reason(step, reason),
            key=intent.key,
            attempt=intent.attempts,
            at_s=at_s,
            receipt=receipt,
            accepted_at_s=intent.accepted_at_s,
            due_at_s=intent.due_at_s,
            began_at_s=intent.tried_at_s,
        )
        for step in intent.steps
    ]


def _reason(step: Step, reason: str) -> str:
    """Return why a step ended as it did; of what is no news what it was."""
    told = ENRICHED if step.found == "update" else ""
    told = ACKNOWLEDGED if step.acknowledgement == "told" else told
    return ": ".join(filter(None, (told, reason)))
