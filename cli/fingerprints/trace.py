"""How the fingerprint of one alert is made, step by step."""

from collections.abc import Sequence
from typing import Any

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.fingerprint_rules import FingerprintRule, RuleSet
from tocsin.domain.identity import Compiled, Identifier, compiled


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """One value that counts: where from, and what the masks made of it."""

    name: str
    source: str
    value: str
    masked: str
    masks: tuple[str, ...] = ()


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """One alert, its fingerprint, and what went in and what did not.

    `rule` is the place of the rule in the list; None where every label counts.
    """

    index: int
    name: str
    status: str
    fingerprint: str
    rule: int | None
    inputs: tuple[Input, ...]
    excluded: dict[str, str]


def trace(
    tenant: str,
    provider: str,
    rules: Sequence[FingerprintRule],
    alert: Alert,
    place: tuple[Any, int],
) -> Trace:
    """Explain one alert; `place` is the payload that it is from, and its index there."""
    payload, index = place
    sets = (RuleSet(rules=tuple(rules)),)
    chosen = next((n for n, rule in enumerate(rules) if rule.provider in ("", provider)), None)
    ready = None if chosen is None else compiled(rules[chosen])
    inputs = _inputs(ready, alert, payload, index)
    if not inputs:
        # Nothing would count, so the rule is not applied.
        chosen, ready = None, None
        inputs = _inputs(None, alert, payload, index)
    counted = {each.name for each in inputs if each.source == "label"}
    return Trace(
        index=index,
        name=alert.name,
        status=alert.status,
        fingerprint=Identifier(tenant, provider, 0.0, sets).fingerprint(alert, payload, index),
        rule=chosen,
        inputs=tuple(inputs),
        excluded={n: v for n, v in sorted(alert.labels.items()) if v and n not in counted},
    )


def _inputs(ready: Compiled | None, alert: Alert, payload: Any, index: int) -> list[Input]:
    labels = sorted((name, value) for name, value in alert.labels.items() if value)
    if ready is None:
        return [Input(name=n, source="label", value=v, masked=v) for n, v in labels]
    added = sorted(ready.added(alert, payload, index).items())
    given = [(n, "label", v) for n, v in labels if ready.counts(n)]
    given += [(n, "added", v) for n, v in added]
    shown = [_masked(ready, *each) for each in given]
    return [each for each in shown if each.masked or each.source == "added"]


def _masked(ready: Compiled, name: str, source: str, value: str) -> Input:
    masked, masks = value, []
    for title, apply in ready.steps.get(name, ()):
        before, masked = masked, apply(masked)
        if masked != before:
            masks.append(title)
    return Input(name=name, source=source, value=value, masked=masked, masks=tuple(masks))


def text_of(found: Trace) -> str:
    """Write a trace for people, a line an input."""
    rule = "none: every label counts" if found.rule is None else f"fingerprints[{found.rule}]"
    lines = [
        f"{found.index}: {found.name} ({found.status})",
        f"  fingerprint  {found.fingerprint}",
        f"  rule         {rule}",
    ]
    lines += [f"  counts       {_line(each)}" for each in found.inputs]
    lines += [f"  left out     {name} = {_shown(value)}" for name, value in found.excluded.items()]
    return "\n".join(lines)


def _line(each: Input) -> str:
    line = f"{each.name} = {_shown(each.value)}"
    if each.masks:
        line += f" -> {_shown(each.masked)}  (masked: {', '.join(each.masks)})"
    return line if each.source == "label" else f"{line}  (added)"


def _shown(value: str) -> str:
    """Quote what would not stand on a line as it is."""
    return value if value.isprintable() and value else msgspec.json.encode(value).decode()
