"""To whom a group speaks and when, by the configuration that knows it."""

import msgspec

from tocsin.domain.config import Receiver, TenantConfig, Timing
from tocsin.domain.errors import Permanent
from tocsin.domain.group import Group, is_digest
from tocsin.domain.routing import receiver_of, timing_now, timing_of
from tocsin.domain.stepreach import is_of_step
from tocsin.pipeline.recent import remember
from tocsin.ports import Configs

_REMEMBERED = 10_000

# A tenant, a version of its configuration, a route, a receiver and the names of group labels.
Place = tuple[str, int, str, str, tuple[str, ...]]


class Recipient(msgspec.Struct, frozen=True):
    """A receiver, when it is spoken to, and the configuration that says so."""

    receiver: Receiver
    timing: Timing
    config: TenantConfig


class Recipients:
    """Finds recipients; one object a worker, since it remembers where routes are."""

    def __init__(self, configs: Configs) -> None:
        self._configs = configs
        self._timings: dict[Place, Timing] = {}

    def of(self, group: Group) -> Recipient:
        """Return the recipient of a group, in the version that still knew it if it was removed.

        Raises Permanent if no version does.
        """
        key = group.key
        current = self._configs.current(key.tenant)
        found = self._recipient(current, group)
        if found is None:
            former = self._configs.version(key.tenant, group.config_version)
            found = self._recipient(former, group)
        if found is not None:
            return found
        raise Permanent(f"receiver {key.receiver} is in no configuration of tenant {key.tenant}")

    def timing(self, config: TenantConfig, group: Group) -> Timing:
        """Return when a group speaks. What no route leads to speaks at once, and never again.

        So do the steps of an escalation, which have times of their own, and digests.
        """
        key = group.key
        if is_of_step(key) or is_digest(key):
            return Timing()
        names = tuple(name for name, _ in key.labels)
        place = (config.tenant, config.version, key.route, key.receiver, names)
        known = self._timings.get(place)
        if known is None:
            known = timing_of(config, key)
            if known is None:
                # It is of an edited route, and depends on the alerts: that is not remembered.
                return timing_now(config, group) or Timing()
            remember(self._timings, place, known, _REMEMBERED)
        return known

    def _recipient(self, config: TenantConfig | None, group: Group) -> Recipient | None:
        receiver = None if config is None else receiver_of(config, group.key.receiver)
        if config is None or receiver is None:
            return None
        return Recipient(receiver, self.timing(config, group), config)
