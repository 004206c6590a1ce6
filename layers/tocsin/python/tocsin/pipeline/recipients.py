"""To whom a group speaks and when, by the configuration that knows it."""

import msgspec

from tocsin.domain.config import Receiver, TenantConfig, Timing
from tocsin.domain.errors import Permanent
from tocsin.domain.group import Group, GroupKey
from tocsin.domain.routing import receiver_of, timing_of
from tocsin.pipeline.recent import remember
from tocsin.ports import Configs

_REMEMBERED = 10_000

# A tenant, a version of its configuration, a route, a receiver and the names of group labels.
_Place = tuple[str, int, str, str, tuple[str, ...]]


class Recipient(msgspec.Struct, frozen=True):
    """A receiver, when it is spoken to, and the configuration that says so."""

    receiver: Receiver
    timing: Timing
    config: TenantConfig


class Recipients:
    """Finds recipients; one object a worker, since it remembers where routes are."""

    def __init__(self, configs: Configs) -> None:
        self._configs = configs
        self._timings: dict[_Place, Timing] = {}

    def of(self, group: Group) -> Recipient:
        """Return the recipient of a group, in the version that still knew it if it was removed.

        Raises Permanent if no version does.
        """
        key = group.key
        current = self._configs.current(key.tenant)
        found = self._recipient(current, key)
        if found is None:
            found = self._recipient(self._configs.version(key.tenant, group.config_version), key)
        if found is not None:
            return found
        raise Permanent(f"receiver {key.receiver} is in no configuration of tenant {key.tenant}")

    def timing(self, config: TenantConfig, key: GroupKey) -> Timing:
        """Return when a group speaks. What no route leads to speaks at once, and never again."""
        names = tuple(name for name, _ in key.labels)
        place = (config.tenant, config.version, key.route, key.receiver, names)
        known = self._timings.get(place)
        if known is None:
            known = timing_of(config, key) or Timing()
            remember(self._timings, place, known, _REMEMBERED)
        return known

    def _recipient(self, config: TenantConfig | None, key: GroupKey) -> Recipient | None:
        receiver = None if config is None else receiver_of(config, key.receiver)
        if config is None or receiver is None:
            return None
        return Recipient(receiver, self.timing(config, key), config)
