"""What one attempt at a receiver counts as, and for how long the first one was waited for."""

from tocsin.domain.config import ReceiverKind
from tocsin.domain.group import Group, Intent, is_digest
from tocsin.pipeline.batch import Outcome
from tocsin.pipeline.safecall import Delivered, Verdict

# From when the oldest alert in a notification was accepted, and from when it was to be told.
ACCEPTED, DUE = "accepted_to_attempt_ms", "due_to_attempt_ms"


def note_attempt(
    outcome: Outcome, group: Group, intent: Intent, kind: ReceiverKind, verdict: Verdict
) -> None:
    """Count an attempt by kind of receiver, if one was made, and what people waited for it.

    Only the first attempt at a notification is one that was waited for, and only where it brings
    news. A digest waits on purpose; what it tells is counted as it is handed over.
    """
    if not isinstance(verdict, Delivered) and not verdict.was_tried:
        return
    outcome.note_kind(kind, "attempts")
    outcome.note_kind(kind, "delivered" if isinstance(verdict, Delivered) else "failed")
    is_news = any(step.found != "update" for step in intent.steps)
    if intent.failed_at_s or not is_news or is_digest(group.key):
        return
    priority = "urgent" if group.urgent else "normal"
    if intent.accepted_at_s:
        outcome.note_wait(priority, ACCEPTED, intent.tried_at_s - intent.accepted_at_s)
    if intent.due_at_s:
        outcome.note_wait(priority, DUE, intent.tried_at_s - intent.due_at_s)
