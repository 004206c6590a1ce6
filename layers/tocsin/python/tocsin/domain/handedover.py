"""What a group may say of what it handed over to the digest of its receiver.

As long as the digest has yet to tell of an alert, nobody else does: its group neither shows nor
repeats it, nor reminds of it. Once the digest told it, that counts as if its group had, from then.
"""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from tocsin.domain.decision import is_pending
from tocsin.domain.digest import is_dead_in, is_handed_over, owes
from tocsin.domain.group import Group, Step, Told, alert_of
from tocsin.domain.reminding import snooze_ends, with_end


class Standing(msgspec.Struct, frozen=True):
    """How what a group handed over stands in a digest.

    `untold` are the alerts of which the digest has yet to tell. `said_at_s` says of the others when
    it told that they fire, in epoch seconds.
    """

    untold: frozenset[str] = frozenset()
    said_at_s: Mapping[str, float] = {}


def handed_over(group: Group) -> list[str]:
    """Return the alerts of which a group handed over what it said last."""
    return [name for name, told in group.told.items() if is_handed_over(told)]


def standing(digest: Group, group: Group, handed: Iterable[str]) -> Standing:
    """Return how the alerts stand in a digest that a group handed over."""
    sending = digest.intent.steps if digest.intent is not None else ()
    open_ = {alert_of(step.fingerprint) for step in sending}
    open_ |= {
        alert_of(name) for name, each in digest.members.items() if is_pending(each, digest.told)
    }
    said: dict[str, float] = {}
    for name in handed:
        told = _told(digest, group, name)
        if name not in open_ and told is not None and told.step == "firing" and not told.is_dead:
            said[name] = told.since_s
    return Standing(frozenset(open_.intersection(handed)), said)


def hear(group: Group, stands: Standing) -> bool:
    """Let a group know what the digest told: it has spoken then. Tell whether that is news to it.

    The ends of snoozes that were over by then are said, and those of other alerts stay owed.
    """
    spoken_at_s = max([group.notified_at_s, *stands.said_at_s.values()])
    changed: dict[str, Told] = {}
    for name, end_s in snooze_ends(group, group.told).items():
        told, is_said = group.told[name], end_s <= stands.said_at_s.get(name, 0.0)
        owed_s = end_s if not is_said and end_s <= spoken_at_s else 0.0
        if owed_s != told.unsaid_end_s:
            changed[name] = with_end(told, owed_s)
    if not changed and spoken_at_s == group.notified_at_s:
        return False
    group.told, group.notified_at_s = {**group.told, **changed}, spoken_at_s
    return True


def is_behind(digest: Group, handed: Collection[str], steps: Iterable[Step]) -> bool:
    """Tell whether steps of a group are to follow what the digest has yet to say, or is to redrive.

    All that is new of a group waits for what it handed over; behind a dead letter of the digest
    only what is said of that alert.
    """
    names = {step.fingerprint for step in steps}
    return owes(digest, handed) or is_dead_in(digest, names.intersection(handed))


def _told(digest: Group, group: Group, name: str) -> Told | None:
    """Return what a digest told of an alert of a group, and not of another story of it."""
    own = f"{name}@{group.key.id}"
    if own in digest.members:
        return digest.told.get(own)
    member = digest.members.get(name)
    if member is None:
        return None
    is_own = member.handed_by == group.key or member.episode == group.told[name].episode
    return digest.told.get(name) if is_own else None
