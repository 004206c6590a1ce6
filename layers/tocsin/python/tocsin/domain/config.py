"""A tenant's configuration as the pipeline uses it; `tocsin.configuration` makes it from YAML."""

from typing import Literal

import msgspec

from tocsin.domain.breaker import BreakerPolicy
from tocsin.domain.fingerprint_rules import RuleSet
from tocsin.domain.limits import Limits
from tocsin.domain.mapping import PayloadMapping
from tocsin.domain.matchers import Matcher
from tocsin.domain.retry import RetryPolicy
from tocsin.domain.storage_rules import StorageRule

ReceiverKind = Literal["webhook", "slack"]
SignatureScheme = Literal["github", "grafana", "pagerduty", "sentry", "slack", "sns", "standard"]


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


class SigningSecret(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One secret of a sender: the name that Secrets Manager has for it, or the value itself."""

    name: str = ""
    value: str = ""

    def __repr__(self) -> str:
        return f"SigningSecret(name={self.name!r})"


class Signature(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What requests of one provider must be signed with, besides the API key they carry.

    `secrets` all count, so that one can be rotated. `topics` are those of SNS. `header` and
    `timestamp_header`, in lower case, stand for the scheme's own unless they are "".
    """

    provider: str
    scheme: SignatureScheme
    secrets: tuple[SigningSecret, ...] = ()
    topics: tuple[str, ...] = ()
    tolerance_s: float = 300.0
    required: bool = True
    header: str = ""
    timestamp_header: str = ""


class TenantConfig(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything a tenant has configured, in one applied version."""

    tenant: str
    version: int
    route: Route
    receivers: dict[str, Receiver]
    # How long a firing holds without being repeated, for providers that repeat it.
    resolve_timeout_s: float = 300.0
    signatures: tuple[Signature, ...] = ()
    # What the tenant may send, from which on it is asked to wait.
    limits: Limits = Limits()
    mappings: tuple[PayloadMapping, ...] = ()
    # The fingerprint rules, the newest set first, and the sets before it; none: never any.
    fingerprints: tuple[RuleSet, ...] = ()
    storage: tuple[StorageRule, ...] = ()
