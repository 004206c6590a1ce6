"""From an alert to its fingerprint, under the rules that hold for it.

What a rule can name beside labels: `name`, `severity`, `annotations.NAME`, and with `payload`
in front a path into the request body as it is stored, `[*]` being the alert's own place in
the request (`payload.alerts[*].fingerprint`). Only single values count.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.change import Alias
from tocsin.domain.errors import InvalidInput
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.fingerprint_rules import (
    FingerprintRule,
    RuleSet,
    in_force,
    is_coarser,
    rule_for,
)
from tocsin.domain.masks import Apply, steps_of
from tocsin.domain.paths import Path, parse_path, value_at

# As long as a message can wait in a queue, and an hour.
_UNDER_WAY_S = 4 * 86400.0 + 3600.0
# Values seen before cost a look-up. Longer ones are not kept.
_KEPT_VALUES = 4096
_KEPT_CHARACTERS = 256

ALERTNAME = "alertname"
_OWN = ("name", "severity")
_ANNOTATION = "annotations."
_SINGLE = (bool, int, float)


class Compiled:
    """One rule, ready to be applied to many alerts."""

    def __init__(self, rule: FingerprintRule) -> None:
        self.rule = rule
        self._include = frozenset((*rule.include, ALERTNAME)) if rule.include else None
        self._exclude = frozenset(rule.exclude)
        self._add = [(text, source_of(text)) for text in rule.add]
        self.steps: dict[str, list[tuple[str, Apply]]] = {}
        for mask in rule.masks:
            for name in mask.fields:
                self.steps.setdefault(name, []).extend(steps_of(mask))
        self._masked: dict[tuple[str, str], str] = {}

    def counts(self, label: str) -> bool:
        """Tell whether a label is part of the identity."""
        if self._include is not None and label not in self._include:
            return False
        return label not in self._exclude

    def added(self, alert: Alert, payload: Any, index: int) -> dict[str, str]:
        """Return what counts beside labels, by its path; what is missing does not."""
        found = ((text, _text(source, alert, payload, index)) for text, source in self._add)
        return {text: value for text, value in found if value}

    def inputs(
        self, alert: Alert, payload: Any, index: int
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Return the labels that count and what counts beside them, masked."""
        labels = {name: value for name, value in alert.labels.items() if self.counts(name)}
        added = self.added(alert, payload, index) if self._add else {}
        for name in self.steps:
            if name in labels:
                labels[name] = self._mask(name, labels[name])
            elif name in added:
                added[name] = self._mask(name, added[name])
        return labels, added

    def fingerprint(self, tenant: str, alert: Alert, payload: Any, index: int) -> str:
        """Return the fingerprint under this rule.

        An alert of which nothing would count keeps the identity that it has without a rule,
        since all such alerts would be one.
        """
        labels, added = self.inputs(alert, payload, index)
        if not any(labels.values()) and not added:
            return fingerprint(tenant, alert.labels)
        return fingerprint(tenant, labels, added)

    def _mask(self, name: str, value: str) -> str:
        key = (name, value)
        masked = self._masked.get(key)
        if masked is None:
            masked = value
            for _, apply in self.steps[name]:
                masked = apply(masked)
            if len(value) <= _KEPT_CHARACTERS:
                if len(self._masked) >= _KEPT_VALUES:
                    self._masked.clear()
                self._masked[key] = masked
        return masked


@lru_cache(maxsize=256)
def compiled(rule: FingerprintRule) -> Compiled:
    """Return a rule ready for use. Raises InvalidInput for a bad path or pattern."""
    return Compiled(rule)


class Identifier:
    """The identity of the alerts of one request: tenant, provider and time of receipt."""

    def __init__(self, tenant: str, provider: str, at_s: float, sets: Sequence[RuleSet]) -> None:
        self._tenant = tenant
        self._rule: Compiled | None = None
        self._others: list[tuple[Compiled | None, bool, float]] = []
        if not sets:
            return
        rules = [rule_for(each.rules, provider) for each in sets]
        place = in_force(sets, at_s)
        self._rule = _ready(rules[place])
        for other, rule in enumerate(rules):
            if rule != rules[place]:
                until_s = sets[place].from_s + _UNDER_WAY_S if other > place else 0.0
                self._others.append((_ready(rule), is_coarser(rules[place], rule), until_s))

    @property
    def goes_by_labels(self) -> bool:
        """Whether the rules in force leave it at the labels, as where there are none."""
        return self._rule is None

    def by_labels(self, alert: Alert) -> str:
        """Return the fingerprint of an alert by its labels, whatever the rules say."""
        return fingerprint(self._tenant, alert.labels)

    @property
    def has_aliases(self) -> bool:
        """Whether other rules than those in force concern this provider."""
        return bool(self._others)

    def fingerprint(self, alert: Alert, payload: Any, index: int) -> str:
        """Return the fingerprint under the rules in force."""
        return self._under(self._rule, alert, payload, index)

    def aliases(self, alert: Alert, own: str, payload: Any, index: int) -> tuple[Alias, ...]:
        """Return the other fingerprints that an alert may be known under."""
        found: dict[str, Alias] = {}
        for rule, is_narrower, until_s in self._others:
            name = self._under(rule, alert, payload, index)
            if name != own and name not in found:
                # Where the rule in force leaves nothing, every label counts again.
                is_one = is_narrower and own != fingerprint(self._tenant, alert.labels)
                found[name] = Alias(name, is_one, until_s)
        return tuple(found.values())

    def _under(self, rule: Compiled | None, alert: Alert, payload: Any, index: int) -> str:
        if rule is None:
            return fingerprint(self._tenant, alert.labels)
        return rule.fingerprint(self._tenant, alert, payload, index)


def _ready(rule: FingerprintRule | None) -> Compiled | None:
    return None if rule is None else compiled(rule)


def source_of(text: str) -> str | Path:
    """Read a path of `add`: a field or annotation by its name, or steps into the payload.

    Raises InvalidInput for another text.
    """
    if text in _OWN or (text.startswith(_ANNOTATION) and len(text) > len(_ANNOTATION)):
        return text
    steps = parse_path(text)
    if steps[0] != "payload" or len(steps) == 1:
        raise InvalidInput(
            f"{text!r} is not name, severity, annotations.NAME or a path that begins with payload"
        )
    return steps[1:]


def _text(source: str | Path, alert: Alert, payload: Any, index: int) -> str:
    if type(source) is tuple:
        value = value_at(payload, source, index)
        if type(value) is str:
            return value
        # Objects and lists are no identity: their parts have paths of their own.
        is_single = type(value) in _SINGLE
        return msgspec.json.encode(value).decode() if is_single else ""
    if source == "name":
        return alert.name
    if source == "severity":
        return alert.severity
    return alert.annotations.get(str(source).removeprefix(_ANNOTATION), "")
