"""Senders: what happens to some hosts, in the words of three providers."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import msgspec

from tests.integration.payloads import member, webhook
from tests.pipeline.memory_world import START_S
from tests.simulation.history import Report
from tests.simulation.modes import Mode
from tocsin.domain.alert import Severity, Status

_HOSTS = ("a", "b", "c")
# How long a firing holds that names no end, under the default configuration.
_DEFAULT_HOLD_S = 300.0


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as a sender is about to say it; times are None where it does not name them."""

    instance: str
    status: Status
    severity: Severity
    names_severity: bool = True
    starts_at_s: float
    ends_at_s: float | None = None
    hold_s: float | None = None


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """One request before it is sent. Sent again, it says the same at another time."""

    tenant: str
    provider: str
    events: tuple[Event, ...]

    def payload(self, now_s: float) -> Any:
        """Return the body as this provider writes it."""
        if self.provider == "alertmanager":
            return webhook(*map(_in_webhook, self.events))
        write = _generic if self.provider == "generic" else _postable
        return [write(event, now_s) for event in self.events]

    def reports(self, now_s: float) -> tuple[Report, ...]:
        """Return what this request means if it is received now."""
        return tuple(
            Report(
                tenant=self.tenant,
                instance=event.instance,
                status=event.status,
                severity=event.severity,
                at_s=now_s,
                holds_until_s=self._holds_until_s(event, now_s),
            )
            for event in self.events
        )

    def _holds_until_s(self, event: Event, now_s: float) -> float | None:
        if self.provider != "alertmanager-api" or event.status == "resolved":
            return None
        return now_s + (_DEFAULT_HOLD_S if event.hold_s is None else event.hold_s)


class RandomTraffic:
    """Some requests at any time, about anything."""

    def __init__(self, random: Random, mode: Mode) -> None:
        self._random = random
        self._mode = mode
        # What climbs goes on for long, and so do those who send.
        goes_on = mode.escalates or mode.is_paced
        self._left = random.randint(8, 24) if goes_on else random.randint(3, 12)
        self._often = 0.03 if goes_on else 0.12
        self._since_s: dict[str, float] = {}

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        return self._left == 0

    def due_in_s(self, now_s: float) -> float:
        """Return for how long nothing can come."""
        return float("inf")

    def take(self, now_s: float) -> Iterator[Sending]:
        """Yield what is sent now."""
        if not self._left or self._random.random() >= self._often:
            return
        self._left -= 1
        name = self._random.choice(self._mode.senders)
        count = self._random.choice([1, 1, 2, 3])
        yield Sending(
            tenant=self._random.choice(self._mode.tenants),
            provider=name,
            events=tuple(self._event(name, now_s) for _ in range(count)),
        )

    def _event(self, name: str, now_s: float) -> Event:
        host = self._random.choice(_HOSTS)
        instance = f"{name}-{host}"
        status: Status = self._random.choice(["firing", "firing", "resolved"])
        severity: Severity = "critical" if host == "c" else "warning"
        names_severity = True
        if self._mode.moves_severity and name == "generic":
            severity = self._random.choice(["warning", "critical"])
            names_severity = status == "firing" or self._random.random() < 0.5
        hold_s = self._random.choice([None, 240.0, 3000.0])
        since_s = self._since_s.setdefault(instance, now_s - 2)
        if status == "resolved":
            del self._since_s[instance]
        return Event(
            instance=instance,
            status=status,
            severity=severity,
            names_severity=names_severity,
            starts_at_s=since_s,
            ends_at_s=now_s - 1 if status == "resolved" else None,
            hold_s=hold_s,
        )


class PlannedTraffic:
    """Requests of one alert each, at times that are fixed before the run."""

    def __init__(self, tenant: str, provider: str, plan: Iterable[tuple[float, Event]]) -> None:
        self._tenant = tenant
        self._provider = provider
        self._plan = sorted(plan, key=lambda pair: pair[0], reverse=True)

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        return not self._plan

    def due_in_s(self, now_s: float) -> float:
        """Return for how long nothing can come."""
        return max(0.0, self._plan[-1][0] - now_s) if self._plan else float("inf")

    def take(self, now_s: float) -> Iterator[Sending]:
        """Yield what is sent now."""
        while self._plan and self._plan[-1][0] <= now_s:
            _, event = self._plan.pop()
            yield Sending(tenant=self._tenant, provider=self._provider, events=(event,))


def traffic(random: Random, mode: Mode) -> RandomTraffic | PlannedTraffic:
    """Return the traffic of a mode."""
    plans = {"steady": _steady, "unchanged": _unchanged}
    if mode.plan not in plans:
        return RandomTraffic(random, mode)
    return PlannedTraffic(mode.tenants[0], mode.senders[0], plans[mode.plan](random))


def _steady(random: Random) -> Iterator[tuple[float, Event]]:
    """Fire for half an hour, and repeat it within half of the time for which it holds."""
    for host in _HOSTS:
        hold_s, longest_s = random.choice([(None, 150.0), (240.0, 60.0)])
        at_s = START_S + random.uniform(0, 60)
        while at_s < START_S + 1800:
            yield at_s, _warning(host, "firing", starts_at_s=START_S, hold_s=hold_s)
            at_s += longest_s * random.uniform(0.6, 1)


def _unchanged(random: Random) -> Iterator[tuple[float, Event]]:
    """Fire, end soon, and come back later under the same start: what was late is over by then."""
    for host in _HOSTS:
        at_s = START_S + random.uniform(0, 60)
        for _ in range(random.randint(1, 4)):
            yield at_s, _warning(host, "firing", starts_at_s=START_S)
            at_s += random.uniform(1, 20)
            yield at_s, _warning(host, "resolved", starts_at_s=START_S, ends_at_s=at_s - 0.5)
            at_s += random.uniform(600, 900)
        yield at_s, _warning(host, "firing", starts_at_s=START_S)


def _warning(host: str, status: Status, **fields: Any) -> Event:
    return Event(instance=host, status=status, severity="warning", **fields)


def _in_webhook(event: Event) -> dict[str, Any]:
    fields = {"status": event.status, "startsAt": _rfc3339(event.starts_at_s)}
    if event.ends_at_s is not None:
        fields["endsAt"] = _rfc3339(event.ends_at_s)
    alert = member(event.instance, severity=event.severity, **fields)
    alert["labels"]["instance"] = event.instance
    return alert


def _generic(event: Event, now_s: float) -> dict[str, Any]:
    """Write an event without any time in it."""
    body = {"name": "Disk", "instance": event.instance, "status": event.status}
    return {**body, "severity": event.severity} if event.names_severity else body


def _postable(event: Event, now_s: float) -> dict[str, Any]:
    labels = {"alertname": "Up", "instance": event.instance, "severity": event.severity}
    body = {"labels": labels, "startsAt": _rfc3339(event.starts_at_s)}
    if event.ends_at_s is not None:
        body["endsAt"] = _rfc3339(event.ends_at_s)
    elif event.hold_s is not None:
        body["endsAt"] = _rfc3339(now_s + event.hold_s)
    return body


def _rfc3339(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat().replace("+00:00", "Z")
