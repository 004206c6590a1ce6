"""What the routes of one alert stand on, and who asks."""

from collections.abc import Callable

import msgspec

from tocsin.pipeline.onealert import OneAlerts
from tocsin.ports import Blobs, Configs, Journal, Outbox


class LifecyclePorts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a request needs.

    An answer may have `limit_bytes` on the wire; 0: as many as it likes.
    """

    configs: Configs
    alerts: OneAlerts
    journal: Journal
    outbox: Outbox
    blobs: Blobs
    limit_bytes: int = 0


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: `name` is what an action is signed with that does not say by whom it is.

    `may_read`: whether an answer to an action may show the alert. `has_time` says whether there
    is time to read on.
    """

    tenant: str
    name: str
    may_read: bool
    has_time: Callable[[], bool]
