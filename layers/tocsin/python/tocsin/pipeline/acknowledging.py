"""When a receiver that keeps an incident hears that people have all of it in hand."""

from msgspec.structs import replace

from tocsin.domain.acknowledgement import (
    ACKNOWLEDGED,
    is_acknowledged,
    is_acknowledgement,
    last_acknowledged_by,
    open_steps,
    without,
)
from tocsin.domain.config import Receiver
from tocsin.domain.flush import next_flush_at_s, survey
from tocsin.domain.group import Group, Intent
from tocsin.domain.reconcile import Plan, as_it_is
from tocsin.pipeline.intents import is_waiting
from tocsin.pipeline.recipients import Recipient


def with_acknowledgement(group: Group, receiver: Receiver, looked: Plan | None) -> Plan | None:
    """Return what to say where there is no news: that people have it in hand, or nothing.

    `looked` is what a look came to; None if it was not yet time for one. No silence holds it back:
    it wakes nobody.
    """
    planned = looked or as_it_is(group)
    if not is_acknowledged(group.members, planned.told):
        return looked
    if not receiver.takes_acknowledgements:
        return replace(planned, told=without(planned.told))
    steps = tuple(open_steps(group.members, planned.told))
    alerts = tuple(group.members[step.fingerprint].alert for step in steps)
    return replace(
        planned,
        steps=steps,
        news=alerts,
        alerts=alerts[: receiver.max_alerts or None],
        reason=ACKNOWLEDGED,
        acknowledged_by=last_acknowledged_by(group),
    )


def has_more(group: Group, planned: Plan) -> bool:
    """Tell whether there is more to say at once when what was planned is said."""
    return planned.more or is_acknowledged(group.members, planned.told)


def is_overtaken(group: Group, intent: Intent, recipient: Recipient, at_s: float) -> bool:
    """Tell whether an acknowledgement that is written down need not be sent any more.

    There is news, also that it is over, which must not wait until it gets through; or somebody gave
    it back, which is seen when it would be tried again, so that who takes it once more does not
    hurry it. Where it may have arrived before, it may come again under another key: that does no
    harm.
    """
    if not is_acknowledgement(intent):
        return False
    since_s = survey(group).fresh_since_s
    if since_s is not None and next_flush_at_s(group, recipient.timing, since_s) <= at_s:
        return True
    is_given_back = not is_acknowledged(group.members, group.told)
    return is_given_back and not is_waiting(group, intent, recipient.receiver, at_s)
