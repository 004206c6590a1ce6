"""Rule files of Prometheus: alerting rules, whose PromQL is left to a Prometheus.

Source: Prometheus, docs/configuration/alerting_rules.md and model/rulefmt/rulefmt.go.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec.structs import replace
from pydantic import Field, ValidationError

from tocsin.configuration.alertmanager.fields import Duration, LabelName, Text
from tocsin.configuration.alertmanager.reading import read_alertmanager, without_nulls
from tocsin.configuration.block import Block
from tocsin.configuration.fields import is_name
from tocsin.configuration.findings import Finding, errors_at, findings_of
from tocsin.configuration.problems import Location, Problem, path_of
from tocsin.configuration.rulefiles.checks import unknown_templates
from tocsin.configuration.rulefiles.loading import LoadedRules, PlacedRule
from tocsin.configuration.yamltree import Tree
from tocsin.domain.alert import severity_of
from tocsin.domain.rule import Condition, MetricRule, Query, Rule

# Rules are looked at once a minute.
SHORTEST_S = 60.0
STEP_S = 60.0

# With two marks of those that share it, a name still is one.
NAME_LIMIT = 50
_MARK_LENGTH = 6

Labels = dict[LabelName, Text]


class PromRule(Block):
    """A rule: an alerting rule, or a recording rule."""

    alert: Text | None = None
    record: Text | None = None
    expr: Text
    for_: Annotated[Duration, Field(alias="for")] = 0.0
    keep_firing_for: Duration = 0.0
    labels: Labels = Field(default={})
    annotations: Labels = Field(default={})


class PromGroup(Block):
    """Rules that are evaluated together."""

    name: Text
    interval: Duration | None = None
    query_offset: Text | None = None
    limit: Text | None = None
    labels: Labels = Field(default={})
    partial_response_strategy: Text | None = None
    rules: list[PromRule] = Field(default=[])


class PromFile(Block):
    """A rule file of Prometheus."""

    groups: list[PromGroup] = Field(default=[])
    namespace: Text | None = None


def is_prometheus(text: str, filename: str) -> bool:
    """Tell whether a file is one of Prometheus', which has groups of rules.

    Raises ConfigurationErrors where it is not YAML at all.
    """
    value = read_alertmanager(text, filename).value
    return isinstance(value, dict) and "groups" in value and "rules" not in value


def load_prometheus(text: str, filename: str, source: str) -> LoadedRules:
    """Make metric rules of the alerting rules of a file, which ask `source`.

    What is not taken is noted. Raises ConfigurationErrors with everything that is wrong.
    """
    tree = read_alertmanager(text, filename)
    try:
        file = PromFile.model_validate(without_nulls(tree.value))
    except ValidationError as error:
        raise errors_at(findings_of(error), tree, filename) from None
    findings = list(_wrong(file))
    if findings or tree.problems:
        raise errors_at(findings, tree, filename)
    rules = tuple(
        PlacedRule(_rule(group, rule, source), filename, tree, location, (("expr",),))
        for location, group, rule in _each(file)
        if rule.alert is not None
    )
    return LoadedRules(rules, notes=tuple(_notes(file, tree, filename)), is_prometheus=True)


def distinct(rules: Sequence[PlacedRule]) -> list[PlacedRule]:
    """Give rules that have the same name, as Prometheus allows, names of their own.

    A name comes of what tells a rule apart, its labels first, and not of its place: what is
    remembered of a rule must not become another one's when a file is put in another order.
    """
    for facts in (_labels_of, _all_of):
        counts = Counter(placed.rule.name for placed in rules)
        rules = [
            _renamed(placed, facts(placed.rule)) if counts[placed.rule.name] > 1 else placed
            for placed in rules
        ]
    return list(rules)


def _labels_of(rule: Rule) -> object:
    return sorted(rule.labels.items())


def _all_of(rule: Rule) -> object:
    return rule


def _renamed(placed: PlacedRule, facts: object) -> PlacedRule:
    rule = placed.rule
    mark = sha256(msgspec.json.encode(facts)).hexdigest()[:_MARK_LENGTH]
    labels = {"alertname": rule.name, **rule.labels}
    return replace(placed, rule=replace(rule, name=f"{rule.name}-{mark}", labels=labels))


def _each(file: PromFile) -> Iterator[tuple[Location, PromGroup, PromRule]]:
    for at, group in enumerate(file.groups):
        for index, rule in enumerate(group.rules):
            yield ("groups", at, "rules", index), group, rule


def _wrong(file: PromFile) -> Iterator[Finding]:
    for location, _, rule in _each(file):
        if (rule.alert is None) == (rule.record is None):
            yield location, "a rule has exactly one of alert and record"
        elif not (rule.alert or rule.record):
            yield location, "the name must not be empty"
        if not rule.expr.strip():
            yield (*location, "expr"), "must not be empty"


def _rule(group: PromGroup, rule: PromRule, source: str) -> MetricRule:
    alert = rule.alert or ""
    name = "".join(letter if is_name(letter) else "_" for letter in alert)[:NAME_LIMIT]
    labels = {**group.labels, **rule.labels}
    kept = {label: text for label, text in labels.items() if "{{" not in text}
    # Of a window as long as a step only the newest value is in it: that of the instant, as in
    # Prometheus itself. A longer one would hold on to what is over.
    condition = Condition(
        query=Query(source=source, expression=rule.expr.strip(), step_s=STEP_S),
        compare="present",
        aggregate="last",
        window_s=STEP_S,
    )
    return MetricRule(
        name=name,
        conditions=(condition,),
        every_s=max(group.interval or SHORTEST_S, SHORTEST_S),
        for_s=rule.for_,
        keep_firing_for_s=rule.keep_firing_for,
        severity=severity_of(kept.get("severity", "warning")),
        labels={**kept, **({} if name == alert else {"alertname": alert})},
        annotations=dict(rule.annotations),
    )


def _notes(file: PromFile, tree: Tree, filename: str) -> Iterator[Problem]:
    for location, message in (*_of_groups(file), *_of_rules(file)):
        yield Problem(filename, tree.line(location), path_of(location), message)


def _of_groups(file: PromFile) -> Iterator[Finding]:
    for at, group in enumerate(file.groups):
        for name in ("query_offset", "limit", "partial_response_strategy"):
            if getattr(group, name) is not None:
                yield ("groups", at, name), "not taken: tocsin has no such thing for a group"
        if group.interval is not None and group.interval < SHORTEST_S:
            yield ("groups", at, "interval"), "not taken: rules are looked at once a minute"


def _of_rules(file: PromFile) -> Iterator[Finding]:
    for location, group, rule in _each(file):
        if rule.record is not None:
            yield location, "not taken: a recording rule; leave it to the Prometheus"
            continue
        for name, text in {**group.labels, **rule.labels}.items():
            if "{{" in text:
                yield (
                    (*location, "labels", name),
                    "not taken: nothing is replaced in labels; they are who the alert is",
                )
        for name, text in rule.annotations.items():
            if unknown := unknown_templates(text):
                yield (
                    (*location, "annotations", name),
                    f"stands as it is written: {', '.join(unknown)}",
                )
