"""The alerts of a notification that was given up: a letter of notify names only their group."""

from typing import Any

import msgspec

from tocsin.domain.alert import Status
from tocsin.domain.deadletter import Letter
from tocsin.domain.group import Group, GroupKey
from tocsin.domain.journal import DeliveryRecord
from tocsin.domain.wire import rfc3339
from tocsin.pipeline.envelope import decode
from tocsin.ports import Groups, Journal

# What the letter of a notification is called, before the notification's key.
DEAD_PREFIX = "dead."
# The record is written right after the letter is sent, by a clock that may be another.
_BEFORE_S = 60.0
_AFTER_S = 300.0


class _Step(msgspec.Struct, frozen=True):
    fingerprint: str
    episode: int
    step: Status
    reason: str
    attempts: int | None
    at_s: float


def given_up_alerts(
    letter: Letter, key: GroupKey, groups: Groups, journal: Journal
) -> list[dict[str, Any]]:
    """Return the alerts of the notification that a readable letter is about, and their step.

    The journal says which they are, how often they were tried and when; the group what they
    are called. Where the journal has no such record, the steps that are dead in the group now.
    What the group has forgotten has a fingerprint only.
    """
    group = groups.read([key]).get(key)
    steps = _recorded(letter, key, journal) or _dead(letter, group)
    return [_shown(each, letter, group) for each in steps]


def _recorded(letter: Letter, key: GroupKey, journal: Journal) -> list[_Step]:
    if not letter.id.startswith(DEAD_PREFIX):
        return []
    at_s = decode(letter.body).at_s
    steps: dict[tuple[str, int, str], _Step] = {}
    for record in journal.read(key.tenant, at_s - _BEFORE_S, at_s + _AFTER_S):
        if not isinstance(record, DeliveryRecord) or record.outcome != "dead":
            continue
        if f"{DEAD_PREFIX}{record.key}" == letter.id and record.group == key.id:
            steps[record.fingerprint, record.episode, record.step] = _Step(
                record.fingerprint,
                record.episode,
                record.step,
                record.reason,
                record.attempt,
                record.at_s,
            )
    return list(steps.values())


def _dead(letter: Letter, group: Group | None) -> list[_Step]:
    told = {} if group is None else group.told
    return [
        _Step(fingerprint, each.episode, each.step, letter.reason, None, letter.sent_at_s)
        for fingerprint, each in told.items()
        if each.is_dead
    ]


def _shown(step: _Step, letter: Letter, group: Group | None) -> dict[str, Any]:
    member = None if group is None else group.members.get(step.fingerprint)
    alert = None if member is None else member.alert
    return {
        "name": None if alert is None else alert.name,
        "severity": None if alert is None else alert.severity,
        "labels": None if alert is None else alert.labels,
        "fingerprint": step.fingerprint,
        "step": step.step,
        "error": letter.error,
        "reason": step.reason,
        "attempts": step.attempts,
        "at": rfc3339(step.at_s),
    }
