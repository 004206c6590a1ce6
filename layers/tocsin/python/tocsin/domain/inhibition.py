"""Inhibition: an alert that fires keeps others, which follow from it, from being told."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tocsin.domain.matchers import Matcher, match_all

Labels = Mapping[str, str]


class InhibitRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """While a source fires, targets that have the same values of the `equal` labels are muted.

    A label that is missing has the value "". An alert that is source and target is not muted
    by another that is both. Source: Alertmanager, inhibit/inhibit.go.
    """

    source_matchers: tuple[Matcher, ...] = ()
    target_matchers: tuple[Matcher, ...] = ()
    equal: tuple[str, ...] = ()


class FiringSource(msgspec.Struct, frozen=True):
    """An alert that fires and is a source of some rule."""

    fingerprint: str
    labels: dict[str, str]


def is_source(rules: Iterable[InhibitRule], labels: dict[str, str]) -> bool:
    """Tell whether an alert with these labels can mute others."""
    return any(match_all(rule.source_matchers, labels) for rule in rules)


def is_target(rules: Iterable[InhibitRule], labels: dict[str, str]) -> bool:
    """Tell whether an alert with these labels can be muted by others."""
    return any(match_all(rule.target_matchers, labels) for rule in rules)


class Inhibitor:
    """The rules of a tenant with the sources that fire now, by the labels that must be equal."""

    def __init__(self, rules: Sequence[InhibitRule], sources: Iterable[FiringSource]) -> None:
        self._rules = rules
        # For each rule: values of the equal labels -> a source, and one that is no target.
        self._firing: list[dict[tuple[str, ...], tuple[str, str]]] = [{} for _ in rules]
        for source in sorted(sources, key=lambda each: each.fingerprint):
            self._add(source)

    def _add(self, source: FiringSource) -> None:
        for rule, firing in zip(self._rules, self._firing, strict=True):
            if not match_all(rule.source_matchers, source.labels):
                continue
            any_source, no_target = firing.get(_values(rule, source.labels), ("", ""))
            is_both = match_all(rule.target_matchers, source.labels)
            firing[_values(rule, source.labels)] = (
                any_source or source.fingerprint,
                no_target if is_both else no_target or source.fingerprint,
            )

    def muted_by(self, labels: dict[str, str]) -> str:
        """Return the fingerprint of a source that mutes an alert with these labels, or ""."""
        for rule, firing in zip(self._rules, self._firing, strict=True):
            found = firing.get(_values(rule, labels))
            if found is None or not match_all(rule.target_matchers, labels):
                continue
            is_both = match_all(rule.source_matchers, labels)
            by = found[1] if is_both else found[0]
            if by:
                return by
        return ""


def _values(rule: InhibitRule, labels: Labels) -> tuple[str, ...]:
    return tuple(labels.get(name, "") for name in rule.equal)
