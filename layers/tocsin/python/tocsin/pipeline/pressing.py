"""What a link of a notification does: to what that notification told, and still fires.

A link names a group, not alerts. It is about the alerts of which its receiver had been told, with
that notification or before it, that they fire, and that still do. It does its one thing once: the
actions and the silence have the link's own name, so whatever comes twice is known.
"""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

import msgspec

from tocsin.domain.actionlink import SILENCE_S, ActionLink
from tocsin.domain.errors import Conflict, InvalidInput
from tocsin.domain.group import Group, Member, Told
from tocsin.domain.handling import Action, ActionKind
from tocsin.domain.matchers import Matcher
from tocsin.domain.silence import WantedSilence
from tocsin.pipeline.actions import Order, pack_orders
from tocsin.pipeline.offering import has_one_name
from tocsin.pipeline.onealert import OneAlerts
from tocsin.pipeline.silencing import find, put
from tocsin.ports import Blobs, Groups, Outbox, Queue, Silences

HasTime = Callable[[], bool]


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """Who used a link, and when."""

    by: str
    at_s: float


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a link is about now: the alerts on which it would act, and its use, if it was used.

    `silences` are the matchers that a silence would have; None where it could have none.
    `is_noted`: whether the alerts know of the use.
    """

    link: ActionLink
    alerts: tuple[Member, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    silences: tuple[Matcher, ...] | None = None
    used: Use | None = None
    is_noted: bool = False


class Presses(msgspec.Struct, frozen=True, kw_only=True):
    """Looks at what links are about, which changes nothing, and does what they are for."""

    groups: Groups
    alerts: OneAlerts
    silences: Silences
    outbox: Outbox
    blobs: Blobs

    def look(self, link: ActionLink, now_s: float) -> About:
        """Return what a link is about. Nothing is written."""
        group = self._group(link)
        if group is None:
            return About(link=link, used=self._silenced(link, now_s))
        alerts, noted = tuple(told_and_firing(group, link, now_s)), _use(group, link)
        return About(
            link=link,
            alerts=alerts,
            labels=group.key.labels,
            silences=shared_matchers(alerts),
            used=self._silenced(link, now_s) if link.kind == "silence" else noted,
            is_noted=noted is not None,
        )

    def press(self, link: ActionLink, by: str, text: str, now_s: float, has_time: HasTime) -> About:
        """Do what a link is for, unless it was done; return what it was about.

        It returns when the queue has the actions, and where it silences, the silence is stored.
        Raises InvalidInput with status 409 where nothing of it fires any more, or where it
        cannot be silenced with one press; Retryable where the time is over first.
        """
        about = self.look(link, now_s)
        if about.used is not None:
            self._note_again(about, about.used, now_s, has_time)
            return about
        if not about.alerts:
            raise _over()
        if link.kind == "silence":
            self._silence(about, by, text, now_s)
            action = _action(link, "comment", by, _silenced_text(link), now_s)
        else:
            action = _action(link, link.kind, by, text, now_s)
        is_sent = self._send(about, action, now_s, has_time)
        # A silence stands by now, whatever there is left to note it with.
        if not is_sent and link.kind != "silence":
            raise _over()
        return about

    def _note_again(self, about: About, used: Use, now_s: float, has_time: HasTime) -> None:
        """Note with the alerts that they are silenced, where whoever silenced them could not."""
        if about.link.kind != "silence" or about.is_noted or not about.alerts:
            return
        text = _silenced_text(about.link)
        self._send(about, _action(about.link, "comment", used.by, text, used.at_s), now_s, has_time)

    def _group(self, link: ActionLink) -> Group | None:
        keys = [key for key in self.groups.versions(link.tenant) if link.names(key)]
        return self.groups.read(keys).get(keys[0]) if keys else None

    def _silenced(self, link: ActionLink, now_s: float) -> Use | None:
        if link.kind != "silence":
            return None
        try:
            found = find(self.silences, link.tenant, _silence_id(link), now_s)
        except InvalidInput:
            return None
        return Use(by=found.created_by, at_s=found.starts_at_s)

    def _silence(self, about: About, by: str, text: str, now_s: float) -> None:
        if about.silences is None:
            raise InvalidInput(
                "what still fires shares no name: silence it by its labels instead",
                status=409,
                code="nothing_shared",
            )
        link = about.link
        wanted = WantedSilence(
            matchers=about.silences,
            starts_at_s=None,
            ends_at_s=now_s + SILENCE_S,
            created_by=by,
            comment=text,
        )
        try:
            put(self.silences, link.tenant, wanted, lambda: _silence_id(link), now_s)
        except Conflict:
            # The same link may have been pressed twice at the same moment, and one is enough.
            if self._silenced(link, now_s) is None:
                raise

    def _send(
        self,
        about: About,
        action: Callable[[Member], Action],
        now_s: float,
        has_time: HasTime,
    ) -> bool:
        """Send the action to all groups that know the alerts; tell whether there are any."""
        tenant = about.link.tenant
        names = [each.fingerprint for each in about.alerts]
        known = self.alerts.firing(tenant, names, now_s, has_time)
        orders = [Order(group.key, action(member)) for group, member in known]
        if not orders:
            return False
        is_urgent = any(each.alert.is_urgent for each in about.alerts)
        queue: Queue = "evaluate-urgent" if is_urgent else "evaluate"
        self.outbox.send(queue, [pack_orders(tenant, orders, now_s, self.blobs)])
        return True


def told_and_firing(group: Group, link: ActionLink, now_s: float) -> Iterable[Member]:
    """Yield the alerts of a group that a notification told of and that fire in that episode."""
    for name, member in group.members.items():
        if member.fires(now_s) and (
            _was_told(group.told.get(name), member, link) or _is_on_its_way(group, member, link)
        ):
            yield member


def _was_told(told: Told | None, member: Member, link: ActionLink) -> bool:
    """Tell whether a receiver heard that an episode fires when the link was sent, or before.

    What somebody accepted earlier may have been told later, and what it was told in rounds, or
    flaps unheard, is to the receiver one run.
    """
    if told is None or told.outcome == "suppressed":
        return False
    if (told.episode, told.step) != (member.episode, "firing"):
        return False
    # Of what was told by an earlier release it is not known.
    return (told.since_s or member.changed_at_s) * 1000 <= link.told_at_ms


def _is_on_its_way(group: Group, member: Member, link: ActionLink) -> bool:
    """Tell whether the very notification that has the link is not settled yet."""
    intent = group.intent
    if intent is None or intent.created_at_s * 1000 > link.told_at_ms:
        return False
    said = (member.fingerprint, member.episode, "firing")
    return any((step.fingerprint, step.episode, step.step) == said for step in intent.steps)


def shared_matchers(alerts: Sequence[Member]) -> tuple[Matcher, ...] | None:
    """Return a matcher for each label that all of these share; None where they share no name."""
    if not alerts or not has_one_name(each.alert for each in alerts):
        return None
    first, *others = (each.alert.labels for each in alerts)
    return tuple(
        Matcher(name, "=", value)
        for name, value in sorted(first.items())
        if value and all(labels.get(name) == value for labels in others)
    )


def _use(group: Group, link: ActionLink) -> Use | None:
    """Return the use of a link that took effect in its group."""
    for member in group.members.values():
        for action in () if member.handling is None else member.handling.actions:
            if action.id == link.id:
                return Use(by=action.by, at_s=action.at_s)
    return None


def _action(
    link: ActionLink, kind: ActionKind, by: str, text: str, now_s: float
) -> Callable[[Member], Action]:
    def action(member: Member) -> Action:
        return Action(
            id=link.id,
            kind=kind,
            fingerprint=member.fingerprint,
            episode=member.episode,
            by=by,
            at_s=now_s,
            text=text,
        )

    return action


def _silence_id(link: ActionLink) -> str:
    return str(UUID(bytes=link.nonce))


def _silenced_text(link: ActionLink) -> str:
    return f"silenced for 1 h by silence {_silence_id(link)}"


def _over() -> InvalidInput:
    return InvalidInput("nothing of it fires any more", status=409, code="over")
