"""What a step waits for that is to be told, and is not yet: for who asks why nobody was called."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from tocsin.domain.digest import is_handed_over, owes
from tocsin.domain.group import Group, GroupKey, alert_of, digest_of
from tocsin.ports import Groups

# After a try that failed; while its receiver is left alone, untried; for its turn by the pace of
# its receiver; until the digest of its receiver speaks.
WaitsFor = Literal["retry", "receiver", "pace", "digest"]


class Waiting(msgspec.Struct, frozen=True):
    """What is waited for, and until when as far as that is known, in epoch seconds."""

    on: WaitsFor
    until_s: float | None


def digests_behind(groups: Groups, found: Iterable[Group], name: str) -> Mapping[GroupKey, Group]:
    """Return the digests to which groups handed an alert over, by the keys of these groups."""
    handed = {
        each.key: digest_of(each.key) for each in found if is_handed_over(each.told.get(name))
    }
    known = groups.read(list(handed.values())) if handed else {}
    return {key: known[digest] for key, digest in handed.items() if digest in known}


def waiting_of(group: Group, name: str, digest: Group | None, now_s: float) -> Waiting | None:
    """Return what the next step of an alert waits for in a group; None if none of it does.

    `digest` is the one that has it, if one does.
    """
    intent = group.intent
    if intent is not None and any(alert_of(step.fingerprint) == name for step in intent.steps):
        if intent.digests:
            return Waiting("digest", intent.not_before_s or None)
        if intent.paced_since_s:
            return Waiting("pace", group.poke_due_at_s)
        if intent.not_before_s > now_s:
            # What was deferred untried may have failed before: it waits for a retry as well.
            on: WaitsFor = "retry" if intent.failed_at_s else "receiver"
            return Waiting(on, intent.not_before_s)
        return None
    if digest is not None and owes(digest, [name]):
        return Waiting("digest", digest.poke_due_at_s)
    return None
