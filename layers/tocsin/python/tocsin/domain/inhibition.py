"""Inhibition: an alert that fires keeps others, which follow from it, from being told."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tocsin.domain.matchers import Matcher, match_all


class InhibitRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """While a source fires, targets that have the same values of the `equal` labels are muted.

    A label that is missing has the value "". An alert that is source and target is not muted
    by another that is both. Source: Alertmanager, inhibit/inhibit.go.
    """

    source_matchers: tuple[Matcher, ...] = ()
    target_matchers: tuple[Matcher, ...] = ()
    equal: tuple[str, ...] = ()


def is_source(rules: Iterable[InhibitRule], labels: dict[str, str]) -> bool:
    """Tell whether an alert with these labels can mute others."""
    return any(match_all(rule.source_matchers, labels) for rule in rules)


def is_target(rules: Iterable[InhibitRule], labels: dict[str, str]) -> bool:
    """Tell whether an alert with these labels can be muted by others."""
    return any(match_all(rule.target_matchers, labels) for rule in rules)


class Inhibitor:
    """What inhibits an alert, under rules and the alerts that fire: labels by fingerprint."""

    def __init__(self, rules: Sequence[InhibitRule], sources: Mapping[str, dict[str, str]]) -> None:
        self._rules = [(rule, _sources(rule, sources)) for rule in rules]

    def muted_by(self, fingerprint: str, labels: dict[str, str]) -> str:
        """Return the fingerprint of an alert that inhibits this one; "" if none does."""
        for rule, sources in self._rules:
            if not match_all(rule.target_matchers, labels):
                continue
            is_source = match_all(rule.source_matchers, labels)
            for name, is_target in sources.get(_equal(rule, labels), ()):
                if name != fingerprint and not (is_source and is_target):
                    return name
        return ""


_Sources = dict[tuple[str, ...], list[tuple[str, bool]]]


def _sources(rule: InhibitRule, firing: Mapping[str, dict[str, str]]) -> _Sources:
    """Return the sources of a rule by their values of the equal labels; which are targets, too."""
    found: _Sources = {}
    for name, labels in firing.items():
        if match_all(rule.source_matchers, labels):
            is_target = match_all(rule.target_matchers, labels)
            found.setdefault(_equal(rule, labels), []).append((name, is_target))
    return found


def _equal(rule: InhibitRule, labels: dict[str, str]) -> tuple[str, ...]:
    return tuple(labels.get(name, "") for name in rule.equal)
