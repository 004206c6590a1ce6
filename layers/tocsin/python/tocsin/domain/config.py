"""A tenant's configuration as the pipeline uses it; `tocsin.configuration` makes it from YAML."""

from typing import Literal

import msgspec

from tocsin.domain.breaker import BreakerPolicy
from tocsin.domain.matchers import Matcher
from tocsin.domain.retry import RetryPolicy

ReceiverKind = Literal["webhook", "slack"]


class Receiver(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A configured destination of notifications."""

    name: str
    kind: ReceiverKind
    url: str
    channel: str = ""
    headers: dict[str, str] = {}
    send_resolved: bool = True
    timeout_s: float = 10.0
    max_alerts: int = 1000
    retry: RetryPolicy = RetryPolicy()
    breaker: BreakerPolicy = BreakerPolicy()


class Route(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A node of the routing tree; `receiver` and `group_by` are already inherited."""

    receiver: str
    matchers: tuple[Matcher, ...] = ()
    group_by: tuple[str, ...] = ()
    continues: bool = False
    routes: tuple["Route", ...] = ()


class TenantConfig(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything a tenant has configured, in one applied version."""

    tenant: str
    version: int
    route: Route
    receivers: dict[str, Receiver]
    # How long a firing holds without being repeated, for providers that repeat it.
    resolve_timeout_s: float = 300.0
