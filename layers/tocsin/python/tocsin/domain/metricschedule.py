"""When a metric rule is to be evaluated: once in each of its intervals, though rounds get lost."""

from zlib import crc32

from tocsin.domain.rule import MetricRule
from tocsin.domain.rulestate import RuleState

# A rule that is evaluated no more often than this remembers when it last was, which is a write for
# each evaluation; others are evaluated again soon enough. It is also how long after it failed such
# a rule is tried again.
SELDOM_S = 300.0


def is_due(rule: MetricRule, at_s: float, tick_s: float = 60.0) -> bool:
    """Tell whether a rule is to be evaluated at `at_s`, where it can be each `tick_s` seconds.

    It is due once in each `every_s`, and always if that is less than a tick. Rules that are due
    less often than each minute are spread over the minutes by a hash of their names.
    """
    return began_at_s(rule, at_s) > at_s - tick_s


def began_at_s(rule: MetricRule, at_s: float) -> float:
    """Return when the interval of a rule began that a time is in."""
    offset_s = 0
    if rule.every_s > 60:
        offset_s = 60 * (crc32(rule.name.encode()) % int(rule.every_s // 60))
    return offset_s + (at_s - offset_s) // rule.every_s * rule.every_s


def is_seldom(rule: MetricRule) -> bool:
    """Tell whether a rule is evaluated so seldom that a lost round would be missed."""
    return rule.every_s >= SELDOM_S


def is_to_be_evaluated(rule: MetricRule, state: RuleState, at_s: float, tick_s: float) -> bool:
    """Tell whether a rule is due, or was and could not be evaluated; but once in its interval."""
    if not is_seldom(rule):
        return is_due(rule, at_s, tick_s)
    if state.looked_at_s >= began_at_s(rule, at_s):
        return False
    return is_due(rule, at_s, tick_s) or _is_overdue(state, at_s, tick_s)


def _is_overdue(state: RuleState, at_s: float, tick_s: float) -> bool:
    if not state.failure:
        # One that never was evaluated waits for its turn.
        return state.looked_at_s > 0
    since_s = at_s - state.failed_at_s
    return since_s // SELDOM_S > (since_s - tick_s) // SELDOM_S
