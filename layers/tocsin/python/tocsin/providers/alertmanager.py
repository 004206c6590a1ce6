"""The Alertmanager webhook, version 4 (3 reads the same), and loose forms of it.

Source: prometheus.io/docs/alerting/latest/configuration, webhook_config. Also read are a bare
list of such alerts, as Prometheus posts it to an Alertmanager, and one alert alone.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from tocsin.domain.alert import Alert, Status
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.label_set import check_annotations, check_labels
from tocsin.providers.members import Entry, read_each, read_one
from tocsin.providers.prometheus_labels import name_of, named, severity_from, value_from
from tocsin.providers.reading import expected, kind, quoted, rfc3339, web_link
from tocsin.providers.remembered import Remembered, is_small

_STATUSES = ("firing", "resolved")


def parse(payload: Any, received_at_s: float, remembered: Remembered | None = None) -> list[Entry]:
    """Read what an Alertmanager sends; what is `remembered` is compared and not read again."""
    return _parse(payload, received_at_s, "alertmanager", remembered)


def parse_prometheus(
    payload: Any, received_at_s: float, remembered: Remembered | None = None
) -> list[Entry]:
    """As `parse`, for alerts that are to carry the provider `prometheus`."""
    return _parse(payload, received_at_s, "prometheus", remembered)


def parse_victoriametrics(
    payload: Any, received_at_s: float, remembered: Remembered | None = None
) -> list[Entry]:
    """As `parse`, for alerts of vmalert, that are to carry the provider `victoriametrics`."""
    return _parse(payload, received_at_s, "victoriametrics", remembered)


def _parse(
    payload: Any, received_at_s: float, provider: str, remembered: Remembered | None
) -> list[Entry]:
    group_resolved = type(payload) is dict and payload.get("status") == "resolved"

    def read(member: Any) -> Alert:
        return _read(member, received_at_s, provider, group_resolved)

    if remembered is not None:
        read = partial(_read_again, remembered, provider, read)

    if type(payload) is list:
        return read_each(payload, "", read)
    if type(payload) is not dict:
        raise InvalidPayload(f"{provider}: expected an object or a list, got {kind(payload)}")
    if "alerts" not in payload and "labels" in payload:
        return read_one(payload, read)
    members = payload.get("alerts")
    if type(members) is not list:
        raise InvalidPayload(f"{provider}: alerts: expected a list, got {kind(members)}", "alerts")
    return read_each(members, "alerts", read)


def _read_again(
    remembered: Remembered, provider: str, read: Callable[[Any], Alert], member: Any
) -> Alert:
    """As `read`, for an alert that may have been told before."""
    if type(member) is not dict:
        return read(member)
    labels, annotations = member.get("labels"), member.get("annotations")
    status = member.get("status")
    # Without a status of its own, what an alert is depends on its group, and on the time.
    if type(labels) is not dict or type(annotations) is not dict or status not in _STATUSES:
        return read(member)
    try:
        key = hash((status, *labels.values()))
    except TypeError:
        return read(member)
    known = remembered.get(key)
    if known is None and not remembered.admits(key):
        return read(member)
    link = member.get("generatorURL")
    # Objects that differ in their order alone are equal.
    names = (*labels, *annotations)
    times = member.get("startsAt"), member.get("endsAt")
    said = (provider, status, link, *times, names, labels, annotations)
    if known is not None and known[0] == said:
        return known[1]
    alert = read(member)
    if is_small(labels, annotations, link):
        remembered.put(key, said, alert)
    return alert


def _read(member: Any, received_at_s: float, provider: str, group_resolved: bool) -> Alert:
    if type(member) is not dict:
        raise expected("an object", member, "")
    labels = check_labels(member.get("labels"))
    if not labels:
        raise InvalidAlert("at least one label with a value is needed", "labels")
    annotations = check_annotations(member.get("annotations"))
    ends_at_s = rfc3339(member.get("endsAt"), "endsAt")
    told = _status(member.get("status"))
    ended = group_resolved or (ends_at_s is not None and ends_at_s <= received_at_s)
    status = told or ("resolved" if ended else "firing")
    return Alert(
        name=name_of(labels),
        status=status,
        severity=severity_from(labels),
        labels=named(labels),
        annotations=annotations,
        starts_at_s=rfc3339(member.get("startsAt"), "startsAt"),
        ends_at_s=ends_at_s if status == "resolved" else None,
        # Who states no status states the end instead, and moves it with every repeat.
        holds_until_s=ends_at_s if status == "firing" and told is None else None,
        provider=provider,
        url=web_link(member.get("generatorURL")),
        value=value_from(annotations),
    )


def _status(word: Any) -> Status | None:
    if word in _STATUSES:
        return word  # type: ignore[no-any-return]
    # GET /api/v2/alerts answers with an object here, which says whether an alert is silenced.
    if word is None or type(word) is dict:
        return None
    if type(word) is not str:
        raise expected("firing or resolved", word, "status")
    raise InvalidAlert(f"expected firing or resolved, got {quoted(word)}", "status")
