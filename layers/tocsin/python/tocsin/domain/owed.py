"""Since when a notification is owed: when what it says was accepted, and when it was to be told.

Between the two lies what was asked for: a route's waits, and silence. What comes after the second
is late.
"""

from tocsin.domain.config import Timing
from tocsin.domain.flush import survey
from tocsin.domain.group import Group, Step
from tocsin.domain.reconcile import Plan
from tocsin.domain.stepreach import is_of_step


def accepted_at_s(group: Group, planned: Plan) -> float:
    """Return when the oldest accepted alert came that a plan brings news of, in epoch seconds.

    0 where there is none: of a repeat, an update, an end that nobody sent and what is sent again.
    """
    if not planned.due_at_s:
        return 0.0
    news = (step for step in planned.steps if step.found != "update")
    found = (step_accepted_at_s(group, step) for step in news)
    return min((at_s for at_s in found if at_s), default=0.0)


def step_accepted_at_s(group: Group, step: Step) -> float:
    """Return when the accepted alert behind a step came; 0: there is none, or it is not known."""
    member = group.members.get(step.fingerprint)
    if member is None or not step.source or step.round:
        return 0.0
    if (member.episode, member.status) != (step.episode, step.step):
        return 0.0
    # Steps of an escalation and digests hear of an alert from other groups.
    return member.accepted_at_s if is_of_step(group.key) else member.changed_at_s


def owed_at_s(group: Group, timing: Timing, due_at_s: float) -> float:
    """Return when a group was to say what it says now, which was due at `due_at_s`.

    A group's first wait begins when its first alert is merged. It was to begin when that alert was
    accepted: the way to there is none of the waits that a route asks for.
    """
    if group.flushed_at_s >= group.first_flush_at_s:
        return due_at_s
    since_s = survey(group).fresh_since_s
    return due_at_s if since_s is None else min(due_at_s, since_s + timing.group_wait_s)
