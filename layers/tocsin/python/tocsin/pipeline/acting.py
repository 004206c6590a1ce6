"""What somebody wants to do about an alert: checked against its state, and sent to evaluate."""

import msgspec

from tocsin.domain.errors import InvalidInput
from tocsin.domain.handling import Action, ActionKind
from tocsin.domain.wire import rfc3339
from tocsin.pipeline.actions import Order, pack_orders
from tocsin.pipeline.onealert import OneAlert
from tocsin.ports import Blobs, Outbox, Queue

# What can still be said of an alert that is over.
_ALWAYS: tuple[ActionKind, ...] = ("comment", "assign")


class WantedAction(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for; `episode` is the one that somebody saw, None the present one."""

    id: str
    kind: ActionKind
    by: str
    text: str = ""
    assignee: str = ""
    until_s: float = 0.0
    episode: int | None = None


def act(alert: OneAlert, wanted: WantedAction, outbox: Outbox, blobs: Blobs, now_s: float) -> None:
    """Send an action to all groups that know this run of the alert.

    It returns when the queue has it. What was done already, and is asked for again, changes
    nothing. Raises InvalidInput with status 409 if the alert is in another episode by now, or
    over.
    """
    if _is_done(alert, wanted.id):
        return
    _check(alert, wanted)
    orders = [
        Order(
            each.group.key,
            Action(
                id=wanted.id,
                kind=wanted.kind,
                fingerprint=alert.fingerprint,
                episode=each.member.episode,
                by=wanted.by,
                at_s=now_s,
                text=wanted.text,
                assignee=wanted.assignee,
                until_s=wanted.until_s,
            ),
        )
        for each in alert.standings
    ]
    queue: Queue = "evaluate-urgent" if alert.alert.is_urgent else "evaluate"
    tenant = alert.standings[0].group.key.tenant
    outbox.send(queue, [pack_orders(tenant, orders, now_s, blobs)])


def _is_done(alert: OneAlert, action_id: str) -> bool:
    actions = alert.handling.actions if alert.handling is not None else ()
    return any(each.id == action_id for each in actions)


def _check(alert: OneAlert, wanted: WantedAction) -> None:
    present = alert.newest.episode
    if wanted.episode is not None and wanted.episode != present:
        raise InvalidInput(
            f"the alert is in another episode by now: {present}",
            "episode",
            status=409,
            code="another_episode",
        )
    if alert.is_over and wanted.kind not in _ALWAYS:
        raise InvalidInput(f"the alert is over: {_end(alert)}", status=409, code="over")


def _end(alert: OneAlert) -> str:
    """Say how an alert ended."""
    at_s = alert.alert.ends_at_s or alert.newest.holds_until_s or alert.newest.changed_at_s
    if alert.handling is not None and alert.handling.resolved_by:
        return f"{alert.handling.resolved_by} resolved it by hand at {rfc3339(at_s)}"
    if alert.newest.resolved_by:
        return f"its sender resolved it at {rfc3339(at_s)}"
    return f"nobody repeated it until {rfc3339(at_s)}"
