"""What keeps the alerts that somebody looks at from being told, worked out for all at once."""

from collections.abc import Mapping, Sequence

from tocsin.domain.inhibition import Inhibitor, InhibitRule
from tocsin.domain.silence import Silence, state
from tocsin.pipeline.tenantalerts import Listed, TenantAlerts


def silenced_in(
    known: TenantAlerts, silences: Sequence[Silence], found: Mapping[str, Listed], now_s: float
) -> dict[str, list[str]]:
    """Return the ids of the silences that hold now, sorted, by alert.

    Alerts are looked up for each silence and not silences for each alert: by their labels
    alerts are indexed, so that a list of all of them can be had under many silences.
    """
    held: dict[str, list[str]] = {}
    for silence in sorted(silences, key=lambda each: each.id):
        if state(silence, now_s) == "active":
            for name in known.select(silence.matchers, found):
                held.setdefault(name, []).append(silence.id)
    return held


def inhibited_in(
    known: TenantAlerts, rules: Sequence[InhibitRule], found: Mapping[str, Listed], now_s: float
) -> dict[str, str]:
    """Return by which alert each is inhibited, as Alertmanager names it."""
    if not rules:
        return {}
    sources = {
        name: known.labels(known.alerts[name])
        for rule in rules
        for name in known.select(rule.source_matchers)
        if known.alerts[name].fires(now_s)
    }
    inhibitor = Inhibitor(rules, sources)
    held: dict[str, str] = {}
    for name, listed in found.items():
        by = inhibitor.muted_by(name, known.labels(listed))
        if by:
            held[name] = known.alerts[by].name
    return held
