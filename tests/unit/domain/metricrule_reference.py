"""Metric rules the slow way: it remembers everything, and works all out anew at each tick.

Written from the description of the rules alone, so that it fails in other ways than the evaluator.
It knows nothing of forgetting, which takes a day.
"""

import statistics
from collections import defaultdict
from math import isfinite

PLAIN = {
    "gt": lambda value, threshold: value > threshold,
    "gte": lambda value, threshold: value >= threshold,
    "lt": lambda value, threshold: value < threshold,
    "lte": lambda value, threshold: value <= threshold,
    "eq": lambda value, threshold: value == threshold,
    "ne": lambda value, threshold: value != threshold,
}


def points_of(series):
    """Return the points of one series by time, without those that do not count."""
    last_given = {when: index for index, (when, _) in enumerate(series)}
    counted = [series[index] for index in last_given.values()]
    return sorted((when, value) for when, value in counted if isfinite(value))


def rate_of(points, window_s, lookback_s, at_s):
    inside = [each for each in points if at_s - window_s < each[0] <= at_s]
    before = [each for each in points if at_s - window_s - lookback_s <= each[0] <= at_s - window_s]
    used = before[-1:] + inside
    if len(used) < 2:
        return None
    gained = 0.0
    for index in range(1, len(used)):
        was, now = used[index - 1][1], used[index][1]
        gained += now if now < was else now - was
    return gained / (used[-1][0] - used[0][0])


def aggregate(condition, pool, at_s):
    """Return the value of the points of several series, or None."""
    counted = [points_of(each) for each in pool]
    if condition.aggregate == "rate" and condition.compare != "absent":
        lookback_s = max(condition.window_s, condition.query.step_s)
        rates = [rate_of(each, condition.window_s, lookback_s, at_s) for each in counted]
        known = [each for each in rates if each is not None]
        return sum(known) if known else None
    inside = [
        (when, value)
        for each in counted
        for when, value in each
        if at_s - condition.window_s < when <= at_s
    ]
    if not inside:
        return None
    values = [value for _, value in inside]
    newest = max(when for when, _ in inside)
    return {
        "avg": statistics.fmean,
        "min": lambda each: sorted(each)[0],
        "max": lambda each: sorted(each)[-1],
        "sum": sum,
        "count": len,
        "rate": len,
        "last": lambda _: statistics.fmean(value for when, value in inside if when == newest),
        "p50": statistics.median,
    }[condition.aggregate](values)


class Reference:
    """One rule over time. `tick` returns what begins and ends."""

    def __init__(self, rule):
        self.rule = rule
        self.known = set()
        self.verdicts = defaultdict(list)
        self.firing = {}
        self.ended = {}
        self.begun = []

    def identity(self, labels):
        own = {"alertname", "__name__"} | set(self.rule.labels)
        wanted = dict(labels) if self.rule.by is None else {
            name: value for name, value in labels if name in self.rule.by
        }  # fmt: skip
        return tuple(sorted((name, value) for name, value in wanted.items() if name not in own))

    def tick(self, at_s, answers):
        values = self.values(at_s, answers)
        speaking = self.speaking(values)
        present = {
            identity
            for found, speaks in zip(values, speaking, strict=True)
            if not speaks
            for identity in found
        }
        self.known |= present
        nameless = self.identity(
            [(each.name, each.value) for each in self.rule.conditions[0].query.matchers]
        )
        told = []
        if any(speaking) and () not in present:
            self.known.discard(())
            self.verdicts.pop((), None)
            self.ended.pop((), None)
            if () in self.firing:
                told.append(("resolved", (), self.firing.pop(()), at_s))
        candidates = self.known | set(self.verdicts)
        for identity in sorted(candidates if self.known else candidates | {nameless}):
            found = [
                each[()] if speaks and identity not in each else each.get(identity)
                for each, speaks in zip(values, speaking, strict=True)
            ]
            if identity in present or self.minds(identity):
                self.judge(identity, found, at_s, told)
        return sorted(told) + self.begin(at_s)

    def minds(self, identity):
        """Tell whether a series matters that has no data of its own."""
        history = self.verdicts[identity]
        is_bad = identity in self.firing or (history and history[-1][1] == "bad")
        misses = any(each.compare == "absent" for each in self.rule.conditions)
        return is_bad or misses or self.rule.missing == "breaching"

    def values(self, at_s, answers):
        result = []
        for condition, answer in zip(self.rule.conditions, answers, strict=True):
            pools = defaultdict(list)
            for series in answer:
                pools[self.identity(series.labels)].append(series.points)
            found = {key: aggregate(condition, pool, at_s) for key, pool in pools.items()}
            result.append({key: value for key, value in found.items() if value is not None})
        return result

    def speaking(self, values):
        has_names = any(key for found in values for key in found)
        return [has_names and len(values) > 1 and set(found) == {()} for found in values]

    def judge(self, identity, found, at_s, told):
        verdict = self.verdict(identity, found)
        if verdict == "unknown" and self.rule.missing == "ignore":
            return
        history = self.verdicts[identity]
        history.append((at_s, verdict))
        if identity in self.firing:
            quiet = []
            for when, each in reversed(history):
                if each == "bad" or when <= self.firing[identity]:
                    break
                quiet.append(when)
            if quiet and at_s - quiet[-1] >= self.rule.keep_firing_for_s:
                told.append(("resolved", identity, self.firing.pop(identity), at_s))
                self.ended[identity] = at_s

    def verdict(self, identity, found):
        missed = identity in self.known or not self.known
        each = []
        for condition, value in zip(self.rule.conditions, found, strict=True):
            if condition.compare == "absent":
                each.append("bad" if value is None and missed else "good")
            elif condition.compare == "present":
                each.append("good" if value is None else "bad")
            elif value is None:
                policy = self.rule.missing
                is_bad = policy == "breaching" and missed
                is_open = policy in ("missing", "ignore")
                each.append("bad" if is_bad else "unknown" if is_open else "good")
            else:
                threshold = condition.threshold
                if identity in self.firing and condition.resolve is not None:
                    threshold = condition.resolve
                is_bad = PLAIN[condition.compare](value, threshold)
                each.append("bad" if is_bad else "good")
        if self.rule.combine == "any":
            return "bad" if "bad" in each else "good" if "good" in each else "unknown"
        return "good" if "good" in each else "unknown" if "unknown" in each else "bad"

    def begin(self, at_s):
        waiting = []
        for identity, history in self.verdicts.items():
            run = []
            for when, verdict in reversed(history):
                if verdict != "bad":
                    break
                run.append(when)
            cooled = at_s - self.ended.get(identity, float("-inf")) >= self.rule.cooldown_s
            is_long = len(run) >= self.rule.breaches and at_s - run[-1] >= self.rule.for_s
            if identity not in self.firing and run and is_long and cooled:
                waiting.append((run[-1], identity))
        begun = []
        for _, identity in sorted(waiting):
            recent = [each for each in self.begun if at_s - each < self.rule.limit_window_s]
            if self.rule.limit and len(recent) >= self.rule.limit:
                break
            self.begun.append(at_s)
            self.firing[identity] = at_s
            begun.append(("firing", identity, at_s, None))
        return sorted(begun)
