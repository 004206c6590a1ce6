"""How one series of a metric rule moves from well to pending to firing, and back."""

from msgspec.structs import replace

from tocsin.domain.rule import MetricRule
from tocsin.domain.rulestate import SeriesState

# A series that is remembered only because it would be missed is forgotten after so long without
# data: what is gone for good must not stay forever.
FORGET_AFTER_S = 86_400.0
# How exactly it is noted when a series was last seen; less often is cheaper, since it is a write.
SEEN_EVERY_S = 3_600.0


def advance(rule: MetricRule, was: SeriesState, verdict: bool | None, at_s: float) -> SeriesState:
    """Return where a series stands after an evaluation, but for firing, which the limit decides.

    `verdict`: it breaches, it does not, or None: there is no data that says so. What is firing
    before and "ok" after has just ended. The same value comes back where nothing changed.
    """
    if verdict is None and rule.missing == "ignore":
        return was
    if was.phase == "firing":
        return _firing(rule, was, at_s, breaches=verdict is True)
    if verdict:
        return _pending(rule, was, at_s)
    if was.phase == "ok":
        return was
    return SeriesState(labels=was.labels, resolved_at_s=was.resolved_at_s, seen_at_s=was.seen_at_s)


def is_due_to_fire(rule: MetricRule, state: SeriesState, at_s: float) -> bool:
    """Tell whether a series has breached often and long enough, cooldown and limit aside."""
    return (
        state.phase == "pending"
        and state.breaches >= rule.breaches
        and at_s - state.breached_at_s >= rule.for_s
    )


def cools_down(rule: MetricRule, state: SeriesState, at_s: float) -> bool:
    """Tell whether it is too early for a series to fire anew."""
    return state.resolved_at_s > 0 and at_s - state.resolved_at_s < rule.cooldown_s


def is_forgotten(rule: MetricRule, state: SeriesState, at_s: float) -> bool:
    """Tell whether a series without data is to be given up."""
    since_s = max(state.seen_at_s, state.breached_at_s, state.fired_at_s)
    kept_s = FORGET_AFTER_S + rule.for_s + rule.breaches * rule.every_s
    return not state.is_held_back and at_s - since_s >= kept_s


def seen(state: SeriesState, at_s: float) -> SeriesState:
    """Note that a series has data, to the hour."""
    if at_s - state.seen_at_s < SEEN_EVERY_S:
        return state
    return replace(state, seen_at_s=at_s)


def fired(rule: MetricRule, state: SeriesState, value: float | None, at_s: float) -> SeriesState:
    """Return a series that is due to fire as one that does."""
    return SeriesState(
        labels=state.labels,
        phase="firing",
        fired_at_s=at_s,
        seen_at_s=state.seen_at_s,
        value=value,
        added=tuple(sorted(rule.labels.items())),
        severity=rule.severity,
    )


def _firing(rule: MetricRule, was: SeriesState, at_s: float, *, breaches: bool) -> SeriesState:
    if breaches:
        return replace(was, held_at_s=0.0) if was.held_at_s else was
    held_at_s = was.held_at_s or at_s
    if at_s - held_at_s < rule.keep_firing_for_s:
        return was if was.held_at_s else replace(was, held_at_s=at_s)
    return SeriesState(labels=was.labels, resolved_at_s=at_s, seen_at_s=was.seen_at_s)


def _pending(rule: MetricRule, was: SeriesState, at_s: float) -> SeriesState:
    """Count a breach, up to as many as matter: what does not change need not be stored anew."""
    breaches = min(was.breaches + 1, max(rule.breaches, 1))
    if was.phase == "pending" and breaches == was.breaches:
        return was
    since_s = was.breached_at_s if was.phase == "pending" else at_s
    return replace(was, phase="pending", breaches=breaches, breached_at_s=since_s)
