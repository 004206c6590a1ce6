"""Which labels tell most of an alert."""

from collections.abc import Iterable, Mapping

from tocsin.domain.alert import Alert

# They say where something is, so they come before others; the rest follows by name.
WHERE = (
    "instance",
    "host",
    "hostname",
    "service",
    "job",
    "pod",
    "container",
    "namespace",
    "cluster",
    "region",
    "device",
    "mountpoint",
)
_KNOWN_OTHERWISE = {"alertname", "severity", "provider"}


def ranked(alerts: Iterable[Alert], shared: Mapping[str, str]) -> dict[str, int]:
    """Rank label names by how much they tell: where something is, then what differs.

    `shared` are the labels that all of them have, as their group says: those tell least.
    """
    values: dict[str, set[str]] = {}
    for alert in alerts:
        for name, value in alert.labels.items():
            values.setdefault(name, set()).add(value)
    rank = {
        name: (
            name in shared,
            WHERE.index(name) if name in WHERE else len(WHERE),
            len(found) == 1,
            name,
        )
        for name, found in values.items()
        if name not in _KNOWN_OTHERWISE
    }
    return {name: place for place, name in enumerate(sorted(rank, key=rank.__getitem__))}
