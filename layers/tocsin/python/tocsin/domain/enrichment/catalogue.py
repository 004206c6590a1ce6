"""A tenant's service catalogue: whose service an alert is about, looked up by its labels."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tocsin.domain.errors import Permanent
from tocsin.domain.found import Link, Owner
from tocsin.domain.matchers import Matcher, match_all

SERVICES_LIMIT = 10_000
CATALOGUE_LIMIT_BYTES = 5 * 1024 * 1024
# How many services an alert may have to be compared with.
ALIKE_LIMIT = 100
PATTERNS_LIMIT = 20

# The labels whose value may name a service, in this order; the value counts in any case.
SERVICE_LABELS = (
    "service",
    "service_name",
    "service.name",
    "app",
    "app_kubernetes_io_name",
    "app.kubernetes.io/name",
    "application",
    "component",
    "ServiceName",
    "FunctionName",
    "job",
    "deployment",
    "container",
    "namespace",
    "host",
    "instance",
)
# A longer value names nothing, and is not worth a look.
_NAME_LIMIT = 256


class Service(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One service, and what a person who is paged for it wants to know.

    Alerts are of it whose labels name it, or one of its `aliases`, or meet all `matchers`.
    """

    name: str
    team: str = ""
    contact: str = ""
    tier: str = ""
    description: str = ""
    aliases: tuple[str, ...] = ()
    matchers: tuple[Matcher, ...] = ()
    # URLs, which may hold the places of link templates.
    runbook: str = ""
    dashboard: str = ""
    links: tuple[Link, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Its name and its aliases, as they are compared."""
        return tuple(each.casefold() for each in (self.name, *self.aliases))

    @property
    def owner(self) -> Owner:
        """What an alert carries of it."""
        return Owner(
            service=self.name,
            team=self.team,
            contact=self.contact,
            tier=self.tier,
            description=self.description,
        )


class Catalogue:
    """Services, so that finding one costs the same with ten and with ten thousand of them."""

    def __init__(self, services: Sequence[Service]) -> None:
        self.services = services
        self._owners = {service.name: service.owner for service in services}
        self._by_owner = {service.name: service for service in services}
        self._by_name = {name: service for service in services for name in service.names}
        self._by_pair, self._patterns = indexed(services)

    def find(self, labels: Mapping[str, str], entities: Iterable[str] = ()) -> Service | None:
        """Return the service that an alert is of.

        The first one of the catalogue whose matchers are met counts, else the first of
        `SERVICE_LABELS` that names one, else the first of the `entities` that does. `labels` are
        those that matchers see.
        """
        if self._by_pair or self._patterns:
            found = self._matched(dict(labels))
            if found is not None:
                return found
        return self._named(labels) or self._first(entities)

    def named(self, name: str) -> Service | None:
        """Return the service of exactly this name."""
        return self._by_owner.get(name)

    def owner(self, service: Service) -> Owner:
        """Return what an alert carries of a service; made once."""
        return self._owners[service.name]

    def _matched(self, labels: dict[str, str]) -> Service | None:
        candidates = list(self._patterns)
        for pair in labels.items():
            candidates += self._by_pair.get(pair, ())
        if len(candidates) > 1:
            candidates.sort(key=lambda each: each[0])
        for _, service in candidates:
            if match_all(service.matchers, labels):
                return service
        return None

    def _named(self, labels: Mapping[str, str]) -> Service | None:
        for label in SERVICE_LABELS:
            value = labels.get(label)
            if value and len(value) <= _NAME_LIMIT:
                service = self._of_value(label, value.casefold())
                if service is not None:
                    return service
        return None

    def _of_value(self, label: str, value: str) -> Service | None:
        service = self._by_name.get(value)
        if service is None and label == "job" and "/" in value:
            # The operator of Prometheus writes NAMESPACE/NAME.
            service = self._by_name.get(value.rpartition("/")[2])
        if service is None and label == "instance":
            service = self._by_name.get(value.rpartition(":")[0])
        return service

    def _first(self, names: Iterable[str]) -> Service | None:
        known = (self._by_name.get(name.casefold()) for name in names if len(name) <= _NAME_LIMIT)
        return next((service for service in known if service is not None), None)


Placed = tuple[int, Service]


def indexed(
    services: Iterable[Service],
) -> tuple[dict[tuple[str, str], list[Placed]], list[Placed]]:
    """Return the services with matchers by one label and its value, and those without such.

    Of the labels whose value a service says, the one counts that fewest others say as well.
    """
    counts = Counter(pair for service in services for pair in _pairs(service))
    by_pair: dict[tuple[str, str], list[Placed]] = {}
    patterns: list[Placed] = []
    for place, service in enumerate(services):
        pairs = _pairs(service)
        if pairs:
            rarest = min(pairs, key=lambda pair: counts[pair])
            by_pair.setdefault(rarest, []).append((place, service))
        elif service.matchers:
            patterns.append((place, service))
    return by_pair, patterns


def encode(services: Sequence[Service]) -> bytes:
    """Write a catalogue: the same services are the same bytes."""
    return msgspec.json.encode(services)


def decode(data: bytes) -> Catalogue:
    """Read a catalogue that `encode` wrote. Raises Permanent for anything else."""
    try:
        return Catalogue(_decoder.decode(data))
    except msgspec.DecodeError as error:
        raise Permanent("not a service catalogue of this release") from error


def _pairs(service: Service) -> list[tuple[str, str]]:
    return [
        (matcher.name, matcher.value)
        for matcher in service.matchers
        if matcher.operator == "=" and matcher.value
    ]


_decoder = msgspec.json.Decoder(tuple[Service, ...])
