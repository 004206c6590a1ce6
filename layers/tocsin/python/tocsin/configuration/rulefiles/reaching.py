"""Whether a test gives a rule anything to look at: else it stays quiet whatever it says."""

from tocsin.configuration.rulefiles.cases import RuleTest
from tocsin.configuration.rulefiles.playing import EPOCH_S, changes_of, is_given, ticks
from tocsin.domain.duration import format_duration
from tocsin.domain.happening import concerns
from tocsin.domain.metricschedule import is_due
from tocsin.domain.rule import AlertRule, MetricRule, Query, Rule


def untouched(rule: Rule, test: RuleTest) -> str:
    """Return why a test says nothing of a rule; "" if it does.

    Where a rule is about what is missing, nothing is something to look at.
    """
    if isinstance(rule, AlertRule):
        return _no_alerts(rule, test)
    if not any(is_due(rule, EPOCH_S + after_s) for after_s in ticks(test)):
        every = format_duration(rule.every_s)
        return f"{rule.name} is looked at once in {every}, and not within this test"
    if _is_about_absence(rule) or any(is_given(each.query, test) for each in rule.conditions):
        return ""
    asked = " and ".join(dict.fromkeys(_shown(each.query) for each in rule.conditions))
    return f"{rule.name} is given nothing: it asks for {asked} (points that are missing are `_x9`)"


def _no_alerts(rule: AlertRule, test: RuleTest) -> str:
    is_seen = any(concerns(rule, change.labels) for change in changes_of(test))
    if rule.kind == "absent" or is_seen:
        return ""
    chosen = f" with {', '.join(map(str, rule.matchers))}" if rule.matchers else ""
    return f"{rule.name} is given nothing: it looks at alerts{chosen}"


def _is_about_absence(rule: MetricRule) -> bool:
    return rule.missing == "breaching" or any(each.compare == "absent" for each in rule.conditions)


def _shown(query: Query) -> str:
    if query.expression:
        return query.expression
    chosen = [str(each) for each in query.matchers]
    chosen += [f'{name}="{value}"' for name, value in query.dimensions]
    return f"{query.metric}{{{', '.join(chosen)}}}" if chosen else query.metric
