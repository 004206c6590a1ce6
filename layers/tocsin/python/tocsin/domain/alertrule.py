"""Rules over alerts: what comes of what happened, and of the time that passes.

Nothing here depends on the order in which happenings come, or on how often. What a rule knows of
one set of values of `by` is a KeyedState under its key; `alertrulememory` says what is kept of
the happenings, `alertcondition` when a condition holds.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import msgspec
from msgspec.structs import replace

from tocsin.domain.alert import Alert
from tocsin.domain.alertcondition import UNSEEN_S, Held, beginning, continuing, view
from tocsin.domain.alertrulemade import ended, made_alert
from tocsin.domain.alertrulememory import firing, horizon_s, kept, lines_of, share, together
from tocsin.domain.happening import SeenChange, concerns, is_for
from tocsin.domain.rule import AlertRule
from tocsin.domain.rulefailure import MOMENT_S
from tocsin.domain.rulestate import Evaluated, Happening, KeyedState, RuleState
from tocsin.domain.series import Labels

__all__ = ["KEYS_LIMIT", "concerns", "is_for", "look", "retire", "take"]

# Sets of values of `by` that a rule remembers. Above it the one that was quiet for longest is
# forgotten; where none is quiet, the alerts of a new one count for nothing.
KEYS_LIMIT = 500

_OVER = {
    "count": "fewer within the window",
    "absent": "one fires again",
    "correlation": "fewer than the threshold still fire",
    "flapping": "quiet for a window",
}
CHANGED = "the rule changed"


def take(
    rule: AlertRule, state: RuleState, happenings: Sequence[SeenChange], at_s: float
) -> Evaluated:
    """Return the state after these happenings, and the alerts that begin and end with them.

    What does not concern the rule, was seen before or is late by more than LATE_S and a window
    changes nothing; but an end always ends what is known to fire.
    """
    return _Evaluation(rule, state, at_s).take(happenings)


def look(rule: AlertRule, state: RuleState, at_s: float) -> Evaluated:
    """Return the state at a time, and the alerts that begin and end because it came.

    A rule that looks for absence without `by` counts from its first look, if it saw nothing yet.
    """
    return _Evaluation(rule, state, at_s).look()


def retire(rule_name: str, state: RuleState, at_s: float, reason: str) -> Evaluated:
    """Return the end of all that fires of an alert rule that is gone or switched off.

    Nothing of its keys is remembered; `outgoing` and the note of a failure are left alone.
    """
    at_s = _after(state, at_s)
    alerts = tuple(
        ended(keyed.made, reason, at_s)
        for _, keyed in sorted(state.keyed.items())
        if keyed.made is not None
    )
    after = replace(state, keyed={}, begun_at_s=(), evaluated_at_s=at_s)
    return Evaluated(state=after, alerts=alerts)


def _after(state: RuleState, at_s: float) -> float:
    return max(at_s, state.evaluated_at_s + MOMENT_S)


class _Evaluation:
    """One evaluation while it is under way."""

    def __init__(self, rule: AlertRule, state: RuleState, at_s: float) -> None:
        self.rule, self.state = rule, state
        self.at_s = _after(state, at_s)
        self.keyed = dict(state.keyed)
        self.begun_at_s = _within_limit(rule, state.begun_at_s, self.at_s)
        # Keys to forget for new ones, the newest first; None: that was not needed yet.
        self.quiet: list[tuple[float, str]] | None = None
        self.ends: list[Alert] = []
        self.begins: list[Alert] = []

    def take(self, happenings: Iterable[SeenChange]) -> Evaluated:
        self._leave_former()
        for labels, more in sorted(self._by_key(happenings).items()):
            key = _key(labels)
            before = self.keyed.get(key)
            if before is None and not self._has_room():
                continue
            known = before or KeyedState(labels=labels)
            merged = self._merged(known, more)
            if merged != known:
                self.keyed[key] = self._decided(merged, is_arrival=True)
        return self._done()

    def look(self) -> Evaluated:
        self._leave_former()
        if self.rule.kind == "absent":
            self._begin_to_miss()
        for key, keyed in sorted(self.keyed.items()):
            decided = self._decided(keyed, is_arrival=False)
            if self._is_forgotten(decided):
                del self.keyed[key]
            else:
                self.keyed[key] = decided
        return self._done()

    def _begin_to_miss(self) -> None:
        if not self.rule.by:
            self.keyed.setdefault(_key(()), KeyedState())
        for key, keyed in self.keyed.items():
            if not keyed.seen_at_s:
                self.keyed[key] = replace(keyed, seen_at_s=self.at_s + UNSEEN_S)

    def _leave_former(self) -> None:
        """End what fires for other labels than those that the rule counts by now."""
        for key, keyed in sorted(self.keyed.items()):
            if tuple(name for name, _ in keyed.labels) != self.rule.by:
                del self.keyed[key]
                if keyed.made is not None:
                    self.ends.append(ended(keyed.made, CHANGED, self.at_s))

    def _by_key(self, happenings: Iterable[SeenChange]) -> dict[Labels, list[SeenChange]]:
        found: dict[Labels, list[SeenChange]] = {}
        after_s = self.at_s - horizon_s(self.rule)
        where: dict[str, dict[Labels, float]] | None = None
        for each in happenings:
            if not is_for(self.rule, each):
                continue
            places = {tuple((name, each.labels.get(name, "")) for name in self.rule.by)}
            if each.at_s <= after_s:
                places.clear()
            if each.status == "resolved":
                where = self._where_they_fire() if where is None else where
                for labels, since_s in where.get(each.fingerprint, {}).items():
                    if each.order_at_s >= since_s:
                        places.add(labels)
            for labels in places:
                found.setdefault(labels, []).append(each)
        return found

    def _where_they_fire(self) -> dict[str, dict[Labels, float]]:
        """Return under which keys each alert fires, as of when by its order.

        A later end ends it there, however late it comes and whatever its severity is by then.
        """
        where: dict[str, dict[Labels, float]] = {}
        for keyed in self.keyed.values():
            for name, line in lines_of(keyed.happenings).items():
                if line[-1].status == "firing":
                    where.setdefault(name, {})[keyed.labels] = line[-1].order_at_s
        return where

    def _merged(self, known: KeyedState, more: Iterable[SeenChange]) -> KeyedState:
        present = firing(lines_of(known.happenings))
        new = [
            _remembered(each) for each in more if not (each.repeats and each.fingerprint in present)
        ]
        merged = together(known.happenings, new)
        if merged == known.happenings:
            return known
        seen_at_s = known.seen_at_s
        if self.rule.kind == "absent":
            seen_at_s = max(seen_at_s, *(min(each.at_s, self.at_s) for each in new))
        happenings = kept(self.rule, merged, self.at_s, share(self.rule, len(self.keyed)))
        return replace(known, happenings=happenings, seen_at_s=seen_at_s)

    def _decided(self, keyed: KeyedState, *, is_arrival: bool) -> KeyedState:
        seen = view(self.rule, keyed, self.at_s, is_arrival=is_arrival)
        if keyed.phase == "firing":
            still = continuing(seen)
            return self._ended(keyed) if still is None else replace(keyed, firing=still.firing)
        held = beginning(seen)
        if held is None:
            return replace(keyed, is_held_back=False) if keyed.is_held_back else keyed
        settled = replace(keyed, settled_at_s=_newest(keyed))
        if self._is_held_back(keyed):
            return replace(settled, is_held_back=True)
        return self._fired(settled, held)

    def _is_held_back(self, keyed: KeyedState) -> bool:
        rule = self.rule
        cools = keyed.resolved_at_s and self.at_s < keyed.resolved_at_s + rule.cooldown_s
        return bool(cools) or bool(rule.limit and len(self.begun_at_s) >= rule.limit)

    def _fired(self, keyed: KeyedState, held: Held) -> KeyedState:
        made = made_alert(self.rule, keyed.labels, held.concerned, held.value, self.at_s)
        self.begins.append(made)
        if self.rule.limit:
            self.begun_at_s = (*self.begun_at_s, self.at_s)
        return replace(
            keyed,
            phase="firing",
            firing=held.firing,
            made=made,
            fired_at_s=self.at_s,
            is_held_back=False,
        )

    def _ended(self, keyed: KeyedState) -> KeyedState:
        if keyed.made is not None:
            self.ends.append(ended(keyed.made, _OVER[self.rule.kind], self.at_s))
        return replace(
            keyed,
            phase="ok",
            firing={},
            made=None,
            resolved_at_s=self.at_s,
            settled_at_s=_newest(keyed),
        )

    def _has_room(self) -> bool:
        """Make room for one key more, if there is none; tell whether there is."""
        if len(self.keyed) < KEYS_LIMIT:
            return True
        if self.quiet is None:
            found = ((_newest(each), key) for key, each in self.keyed.items() if each.phase == "ok")
            self.quiet = sorted(found, reverse=True)
        while self.quiet:
            _, key = self.quiet.pop()
            if self.keyed[key].phase == "ok":
                del self.keyed[key]
                return True
        return False

    def _is_forgotten(self, keyed: KeyedState) -> bool:
        """Tell whether nothing of a key matters any more. What was seen once may be missed."""
        if self.rule.kind == "absent" or keyed.phase != "ok" or keyed.is_held_back:
            return False
        if keyed.resolved_at_s and self.at_s < keyed.resolved_at_s + self.rule.cooldown_s:
            return False
        return not kept(self.rule, keyed.happenings, self.at_s)

    def _done(self) -> Evaluated:
        after = replace(self.state, keyed=self.keyed, begun_at_s=self.begun_at_s)
        if after == self.state:
            return Evaluated(state=self.state)
        after = replace(after, evaluated_at_s=self.at_s)
        return Evaluated(state=after, alerts=(*self.ends, *self.begins))


def _within_limit(rule: AlertRule, begun_at_s: Iterable[float], at_s: float) -> tuple[float, ...]:
    if not rule.limit:
        return ()
    return tuple(each for each in begun_at_s if each > at_s - rule.limit_window_s)


def _newest(keyed: KeyedState) -> float:
    newest_s = max((each.at_s for each in keyed.happenings), default=0.0)
    return max(newest_s, keyed.seen_at_s, keyed.settled_at_s)


def _remembered(change: SeenChange) -> Happening:
    """Return what is kept of a happening; a digest of its source names it as well."""
    return Happening(
        source=blake2b(change.source.encode(), digest_size=9).hexdigest(),
        fingerprint=change.fingerprint,
        status=change.status,
        at_s=change.at_s,
        order_at_s=change.order_at_s,
        name=change.name,
    )


def _key(labels: Labels) -> str:
    return msgspec.json.encode([value for _, value in labels]).decode()
