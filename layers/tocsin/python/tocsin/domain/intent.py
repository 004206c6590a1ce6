"""The intent: a notification from when it is decided to how it ended."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b

import msgspec

from tocsin.domain.acknowledgement import ACKNOWLEDGED, acknowledged, is_acknowledgement
from tocsin.domain.decision import DIGESTED, believed_since_s, told_of
from tocsin.domain.group import Group, GroupKey, Intent, Outcome, Step, Told
from tocsin.domain.owed import accepted_at_s
from tocsin.domain.reconcile import Plan
from tocsin.domain.reminding import with_unsaid

NOBODY: frozenset[str] = frozenset()


def intent_for(group: Group, planned: Plan, at_s: float) -> Intent:
    """Freeze a plan into an intent; its key follows from what it says and to whom.

    That of a repeat follows from when anything was last said.
    """
    since_s = None if planned.steps else group.notified_at_s
    return Intent(
        key=idempotency_key(group.key, planned.steps, since_s),
        steps=planned.steps,
        alerts=planned.alerts,
        created_at_s=at_s,
        reason=planned.reason,
        truncated=planned.truncated,
        unsaid_ends=planned.unsaid_ends,
        accepted_at_s=accepted_at_s(group, planned),
        due_at_s=planned.due_at_s,
        acknowledged_by=planned.acknowledged_by,
    )


def for_digest(intent: Intent, planned: Plan, speaks_at_s: float) -> Intent:
    """Return an intent to hand over to a digest, which speaks then: its steps, without updates.

    An update is owed again as long as it was not told, and so is that a snooze ended; what is shown
    beside is not news.
    """
    told = [
        (step, alert)
        for step, alert in zip(intent.steps, planned.news, strict=True)
        if step.found != "update"
    ]
    return msgspec.structs.replace(
        intent,
        steps=tuple(step for step, _ in told),
        alerts=tuple(alert for _, alert in told),
        unsaid_ends=planned.owed_ends,
        digests=True,
        not_before_s=speaks_at_s,
    )


def idempotency_key(key: GroupKey, steps: Iterable[Step], since_s: float | None = None) -> str:
    """Return the key of one notification: a pure function of tenant, receiver, group and steps.

    What repeats has none, but the time of what it repeats, `since_s`.
    """
    said = sorted((step.fingerprint, step.episode, step.step, *_anew(step)) for step in steps)
    named = (key, said) if since_s is None else (key, said, since_s)
    digest = blake2b(msgspec.json.encode(named), digest_size=16)
    return f"toc_{digest.hexdigest()}"


def _anew(step: Step) -> tuple[int | str, ...]:
    """Return what tells a step from the one before it that said that its alert fires.

    What was found out is no part of it where it comes with the firing: one that was dead-lettered
    without it, and may have arrived, is the same one when it is sent again.
    """
    if step.acknowledgement == "told":
        return (ACKNOWLEDGED, step.round)
    if step.found == "update":
        return (step.found,)
    return (step.round,) if step.round else ()


def settle_steps(
    told: Mapping[str, Told], intent: Intent, outcome: Outcome, *, of_digest: bool = False
) -> dict[str, Told]:
    """Return `told` after the steps of an intent ended with `outcome`.

    Of one for a digest that is "delivered": the digest has them. What a digest itself told counts
    from its last try, since groups reckon from then when people were told.
    """
    if is_acknowledgement(intent):
        return acknowledged(told, intent, outcome)
    at_s = intent.tried_at_s if of_digest else intent.created_at_s
    settled = dict(told)
    for step in intent.steps:
        before = told.get(step.fingerprint)
        # Behind a refused firing an earlier end may still be owed: then the receiver may
        # believe that the alert fires, whichever episode it heard of.
        # So it is where it was told before, in an earlier round or without what was found out,
        # that this very episode fires.
        is_owed = outcome == "refused" and before is not None and _may_believe(before, step)
        ended = "dead" if is_owed else outcome
        handed_to = DIGESTED if intent.digests else ""
        by = intent.key if ended in ("dead", "refused") else handed_to
        since_s = believed_since_s(before, step, at_s)
        settled[step.fingerprint] = told_of(step, ended, by, since_s)
    return with_unsaid(settled, intent)


def _may_believe(told: Told, step: Step) -> bool:
    """Tell whether a receiver may believe that an alert fires though it refused to be told so."""
    is_anew = step.round > 0 or step.found == "update"
    return told.is_dead or (is_anew and (told.episode, told.step) == (step.episode, "firing"))


def is_other(intent: Intent | None, key: str) -> bool:
    """Tell whether there is an intent, and it is not that of this notification."""
    return intent is not None and intent.key != key


def revive(group: Group, key: str) -> tuple[dict[str, Told], frozenset[str]]:
    """Return `told` without the steps that were dead-lettered with one notification, and whose.

    So they are tried again. Letters and items of an earlier release do not say which
    notification it was (""): then all are. The ends of snoozes that it was to say are owed again.
    """
    revived: dict[str, Told] = {}
    names: set[str] = set()
    for name, last in group.told.items():
        is_its_end = last.end_by and key in ("", last.end_by)
        value = msgspec.structs.replace(last, end_by="") if is_its_end else last
        if value.acknowledgement_by and key in ("", value.acknowledgement_by):
            value = msgspec.structs.replace(value, acknowledgement="open", acknowledgement_by="")
            names.add(name)
        if not value.is_dead or (key and value.by not in ("", key)):
            revived[name] = value
            continue
        names.add(name)
        if value.step == "resolved" or value.found == "update":
            # Only an episode that was told is ever ended at the receiver, or told more about.
            known = value.acknowledgement
            revived[name] = Told(
                value.episode, "firing", "delivered", since_s=value.since_s, acknowledgement=known
            )
        elif name in group.members and group.members[name].told_before:
            # A digest has ended what was before the beginning that it tells again.
            revived[name] = Told(group.members[name].told_before, "resolved", "delivered")
    return revived, frozenset(names)
