"""What must hold between the fields of a rule, each of which is right by itself."""

import re
from collections.abc import Iterator, Sequence

from tocsin.configuration.findings import Finding
from tocsin.configuration.rulefiles.cases import RuleTest
from tocsin.configuration.rulefiles.models import Alerts, Condition, Rule, RuleFile
from tocsin.domain.ownmetrics import KNOWN
from tocsin.domain.rule import OWN, PUSHED
from tocsin.domain.rulefailure import NAME as FAILED

_BARE = ("absent", "present")
# Fields that only a rule over metrics has.
_OF_METRICS = ("by", "every", "breaches", "for_", "keep_firing_for", "missing")
_OF_CONDITIONS = tuple(Condition.model_fields)
_ALIASES = {"for_": "for", "all_of": "all", "any_of": "any"}

_TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_KNOWN_TEMPLATE = re.compile(r"\{\{\s*\$(?:value|labels\.[a-zA-Z_][a-zA-Z0-9_]*)\s*\}\}")


def broken_rules(file: RuleFile) -> Iterator[Finding]:
    """Yield what is wrong with the rules of a file and with its tests, and where."""
    seen: set[str] = set()
    for index, rule in enumerate(file.rules):
        if rule.name in seen:
            yield ("rules", index, "name"), f"{rule.name!r} is the name of a rule above already"
        seen.add(rule.name)
        if rule.name == FAILED:
            yield ("rules", index, "name"), "is what tocsin calls the alert of a rule that fails"
        for below, message in _of_rule(rule):
            yield ("rules", index, *below), message
    for index, test in enumerate(file.tests):
        for below, message in _of_test(test, seen):
            yield ("tests", index, *below), message


def unknown_templates(text: str) -> list[str]:
    """Return the templates in an annotation that are not replaced."""
    return [each for each in _TEMPLATE.findall(text) if _KNOWN_TEMPLATE.fullmatch(each) is None]


def _of_test(test: RuleTest, rules: set[str]) -> Iterator[Finding]:
    firing = [fires.rule for fires in test.fires]
    for place, name in enumerate(firing):
        if name not in rules:
            yield ("fires", place, "rule"), f"no rule is called {name!r}"
    for place, name in enumerate(test.quiet):
        if name not in rules:
            yield ("quiet", place), f"no rule is called {name!r}"
        if name in firing:
            yield ("quiet", place), f"{name!r} stands in `fires`, too"
    if not firing and not test.quiet:
        yield (), "says of no rule what it does; give it `fires` or `quiet`"


def _of_rule(rule: Rule) -> Iterator[Finding]:
    kinds = _kinds(rule)
    if len(kinds) != 1:
        said = f"has {' and '.join(kinds)}" if kinds else "asks for nothing"
        yield (), f"{said}; a rule has one of metric, expression, all, any and alerts"
        return
    if rule.alerts is not None:
        yield from _misplaced(rule, _OF_METRICS)
        yield from ((("alerts", *below), message) for below, message in _of_alerts(rule.alerts))
    for name, conditions in (("all", rule.all_of), ("any", rule.any_of)):
        for index, condition in enumerate(conditions):
            for below, message in _of_condition(condition):
                yield (name, index, *below), message
    if kinds[0] in ("metric", "expression"):
        yield from _of_condition(rule)
    else:
        yield from _misplaced(rule, _OF_CONDITIONS)
    yield from _of_texts(rule)


def _kinds(rule: Rule) -> list[str]:
    given = {
        "metric": rule.metric,
        "expression": rule.expression,
        "all": rule.all_of,
        "any": rule.any_of,
        "alerts": rule.alerts,
    }
    return [name for name, value in given.items() if value]


def _misplaced(rule: Rule, names: Sequence[str]) -> Iterator[Finding]:
    where = "alerts" if rule.alerts is not None else "all" if rule.all_of else "any"
    for name in names:
        if name in rule.model_fields_set:
            hint = (
                "means nothing in a rule over alerts"
                if rule.alerts is not None and name not in ("by", "matchers")
                else f"belongs into {where}"
            )
            yield (_ALIASES.get(name, name),), hint


def _of_alerts(alerts: Alerts) -> Iterator[Finding]:
    given = [alerts.count, alerts.absent_for, alerts.correlate, alerts.flapping]
    if sum(value is not None for value in given) != 1:
        yield (), "has exactly one of count, absent_for, correlate and flapping"
    if alerts.correlate is not None and alerts.correlate.number < 2:
        yield ("correlate",), "takes at least 2 alerts"


def _of_condition(condition: Condition) -> Iterator[Finding]:
    yield from _of_query(condition)
    if condition.op is None:
        yield (), "needs op: how the value is compared"
        return
    is_bare = condition.op in _BARE
    if is_bare and condition.threshold is not None:
        yield ("threshold",), f"{condition.op} compares with nothing"
    if not is_bare and condition.threshold is None:
        yield (), "needs threshold: what the value is compared with"
    if condition.resolve is not None:
        yield from _of_hysteresis(condition)


def _of_hysteresis(condition: Condition) -> Iterator[Finding]:
    begins, ends = condition.threshold, condition.resolve
    if condition.op not in ("gt", "gte", "lt", "lte"):
        yield ("resolve",), "is for gt, gte, lt and lte"
    elif begins is not None and ends is not None:
        is_above = condition.op in ("gt", "gte")
        if ends > begins if is_above else ends < begins:
            side = "above" if is_above else "below"
            yield ("resolve",), f"is {side} threshold: what fires would end at once"


def _of_query(condition: Condition) -> Iterator[Finding]:
    if (condition.metric is None) == (condition.expression is None):
        yield (), "has exactly one of metric and expression"
    if condition.expression is not None:
        yield from _of_expression(condition)
    elif condition.namespace is None:
        for name in ("dimensions", "statistic"):
            if getattr(condition, name):
                yield (name,), "is for CloudWatch; give `namespace`, too"
    elif condition.matchers:
        yield ("matchers",), "are not for CloudWatch, which has dimensions"
    if condition.source == OWN and (condition.metric or "") not in ("", *KNOWN):
        yield ("metric",), f"tocsin has no such metric; there are {', '.join(KNOWN)}"


def _of_expression(condition: Condition) -> Iterator[Finding]:
    if (condition.source or PUSHED) in (PUSHED, OWN):
        yield ("expression",), "needs `source`: Prometheus or CloudWatch, which understand it"
    for name in ("matchers", "namespace", "dimensions", "statistic"):
        if getattr(condition, name):
            yield (name,), "is for a metric; the expression says it itself"


def _of_texts(rule: Rule) -> Iterator[Finding]:
    if "alertname" in rule.labels:
        yield ("labels", "alertname"), "that label is the name of the rule"
    for name, text in rule.annotations.items():
        for template in unknown_templates(text):
            reason = "is not replaced; there are {{ $labels.NAME }} and {{ $value }}"
            yield ("annotations", name), f"{template} {reason}"
    for name, text in rule.labels.items():
        if "{{" in text:
            yield ("labels", name), "nothing is replaced in labels: they are who the alert is"
