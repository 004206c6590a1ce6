"""Alert rules as their definitions say, by counting all that ever happened, over and over."""

from collections.abc import Iterable, Sequence

from tocsin.domain.alertcondition import UNSEEN_S
from tocsin.domain.alertrulememory import LATE_S
from tocsin.domain.happening import SeenChange
from tocsin.domain.rule import AlertRule

# What became of a rule's alert, and when.
Told = tuple[str, float]


class Reference:
    """One rule without `by`."""

    def __init__(self, rule: AlertRule) -> None:
        self.rule = rule
        self.known: dict[str, SeenChange] = {}
        self.told: list[Told] = []
        self.is_firing = False
        self.ended_at_s: float | None = None
        self.settled_at_s = 0.0
        self.begun: list[float] = []
        self.seen_at_s: float | None = None
        self.incident: set[str] = set()

    def take(self, happenings: Iterable[SeenChange], at_s: float) -> None:
        after_s = at_s - self.rule.window_s - LATE_S
        new = [
            each
            for each in happenings
            if each.source not in self.known
            and (each.at_s > after_s or self._is_end_of_what_fires(each))
        ]
        if not new:
            return
        self.known.update((each.source, each) for each in new)
        self.seen_at_s = max(self.seen_at_s or 0.0, *(min(each.at_s, at_s) for each in new))
        self._decide(at_s, is_arrival=True)

    def _is_end_of_what_fires(self, change: SeenChange) -> bool:
        line = self._line(change.fingerprint)
        if change.status == "firing" or not line or line[-1].status == "resolved":
            return False
        return change.order_at_s >= line[-1].order_at_s

    def look(self, at_s: float) -> None:
        if self.seen_at_s is None:
            self.seen_at_s = at_s + UNSEEN_S
        self._decide(at_s, is_arrival=False)

    def _decide(self, at_s: float, *, is_arrival: bool) -> None:
        if self.is_firing:
            if not self._goes_on(at_s, is_arrival):
                self.is_firing = False
                self.ended_at_s = at_s
                self._settle()
                self.told.append(("resolved", at_s))
            return
        if not self._holds(at_s, is_arrival):
            return
        self._settle()
        rule = self.rule
        lately = [each for each in self.begun if each > at_s - rule.limit_window_s]
        cools = self.ended_at_s is not None and at_s < self.ended_at_s + rule.cooldown_s
        if not cools and (not rule.limit or len(lately) < rule.limit):
            self.is_firing = True
            self.begun.append(at_s)
            self.incident = self._cluster()
            self.told.append(("firing", at_s))

    def _settle(self) -> None:
        newest_s = [each.at_s for each in self.known.values()]
        self.settled_at_s = max([self.settled_at_s, *newest_s])

    def _holds(self, at_s: float, is_arrival: bool) -> bool:
        kind = self.rule.kind
        if kind == "count":
            times = [time for name in self._names() for time in self._begins(name)]
            return self._is_crowded(times, at_s, is_arrival)
        if kind == "flapping":
            return any(
                self._is_crowded(self._switches(name), at_s, is_arrival) for name in self._names()
            )
        if kind == "correlation":
            return bool(self._cluster())
        return self._is_absent(at_s)

    def _goes_on(self, at_s: float, is_arrival: bool) -> bool:
        kind, window_s = self.rule.kind, self.rule.window_s
        if kind == "correlation":
            since = self._firing_since()
            for _ in since:
                for name, time in since.items():
                    near = (
                        abs(time - since[other]) < window_s
                        for other in self.incident
                        if other in since
                    )
                    if any(near):
                        self.incident.add(name)
            self.incident &= set(since)
            return len(self.incident) >= self.rule.threshold
        if kind == "absent":
            return self._is_absent(at_s)
        if is_arrival:
            return True
        if kind == "count":
            times = [time for name in self._names() for time in self._begins(name)]
            return sum(time > at_s - window_s for time in times) >= self.rule.threshold
        raise AssertionError("which alerts flap is not in this reference")

    def _is_absent(self, at_s: float) -> bool:
        assert self.seen_at_s is not None
        return not self._firing_since() and at_s - self.seen_at_s >= self.rule.window_s

    def _is_crowded(self, times: Sequence[float], at_s: float, is_arrival: bool) -> bool:
        """Tell whether enough lie in a window that ends now, or with one that is new."""
        ends = [time for time in times if is_arrival and time > self.settled_at_s]
        windows = [(at_s - self.rule.window_s, float("inf"))]
        windows += [(end - self.rule.window_s, end) for end in ends]
        counts = (sum(low < time <= high for time in times) for low, high in windows)
        return any(count >= self.rule.threshold for count in counts)

    def _cluster(self) -> set[str]:
        since = self._firing_since()
        found: set[str] = set()
        for first in since.values():
            near = {n for n, time in since.items() if first <= time < first + self.rule.window_s}
            if len(near) >= self.rule.threshold:
                found |= near
        return found

    def _names(self) -> set[str]:
        return {each.fingerprint for each in self.known.values()}

    def _line(self, name: str) -> list[SeenChange]:
        own = [each for each in self.known.values() if each.fingerprint == name]
        return sorted(own, key=lambda each: (each.order_at_s, each.status == "resolved"))

    def _begins(self, name: str) -> list[float]:
        line = self._line(name)
        return [
            each.at_s
            for index, each in enumerate(line)
            if each.status == "firing" and (index == 0 or line[index - 1].status == "resolved")
        ]

    def _switches(self, name: str) -> list[float]:
        line = self._line(name)
        return [
            each.at_s
            for index, each in enumerate(line)
            if each.status != (line[index - 1].status if index else "resolved")
        ]

    def _firing_since(self) -> dict[str, float]:
        return {
            name: self._begins(name)[-1]
            for name in self._names()
            if self._line(name)[-1].status == "firing"
        }
