"""A tenant's configuration as the pipeline uses it; `tocsin.configuration` makes it from YAML."""

from typing import Literal

import msgspec

from tocsin.domain.breaker import BreakerPolicy
from tocsin.domain.channels import Channel
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.escalation import EscalationPolicy
from tocsin.domain.fingerprint_rules import RuleSet
from tocsin.domain.flag import Flag
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.limits import Limits
from tocsin.domain.mapping import PayloadMapping
from tocsin.domain.matchers import Matcher
from tocsin.domain.messagetemplate import MessageTemplate
from tocsin.domain.oncall import Schedule
from tocsin.domain.pace import PacePolicy
from tocsin.domain.retry import RetryPolicy
from tocsin.domain.rule import Rule, Source
from tocsin.domain.storage_rules import StorageRule
from tocsin.domain.time_interval import TimeInterval
from tocsin.domain.wording.language import Language

# "nobody" is for alerts that are to be seen and told to no one.
ReceiverKind = Literal[
    "webhook",
    "slack",
    "email",
    "pagerduty",
    "teams",
    "opsgenie",
    "sns",
    "sqs",
    "eventbridge",
    "lambda",
    "apprise",
    "nobody",
]
SignatureScheme = Literal["github", "grafana", "pagerduty", "sentry", "slack", "sns", "standard"]


class Receiver(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A configured destination of notifications."""

    name: str
    kind: ReceiverKind
    url: str = ""
    # What a kind that is not reached by a URL alone needs.
    settings: Channel | None = None
    channel: str = ""
    headers: dict[str, str] = {}
    send_resolved: bool = True
    # Whether what is found out about an alert once it was told is told at once, and not only with
    # the next notification; `takes_updates` says whether it really is.
    send_updates: bool = False
    # Whether what it is told has links by which people do something about it.
    actions: bool = True
    timeout_s: float = 10.0
    # The most alerts in one notification. Above it, what is new is told in several, unless
    # `truncates`: then the first says how many it left out, and they count as told.
    max_alerts: int = 1000
    truncates: bool = False
    # What notifications and clients call it; "": its name. One receiver of an Alertmanager's
    # configuration is several here, one for each of its integrations.
    shown_as: str = ""
    retry: RetryPolicy = RetryPolicy()
    breaker: BreakerPolicy = BreakerPolicy()
    # How many messages it gets before they become a digest; None: there is no such number.
    pace: PacePolicy | None = None
    # What its messages are in, and its own wording of them; None: the default one.
    language: Language = "en"
    template: MessageTemplate | None = None

    @property
    def takes_updates(self) -> bool:
        """Whether it is told at once what is found out about an alert that it knows.

        Not by PagerDuty: its API has no event but a trigger for that, which opens an incident anew,
        and pages, where somebody has resolved it there.
        Source: developer.pagerduty.com/docs/events-api-v2/overview, "Event Action".
        """
        return self.send_updates and self.kind != "pagerduty"

    @property
    def takes_acknowledgements(self) -> bool:
        """Whether it keeps an incident that it is told of when people have all of it in hand."""
        return self.kind in ("pagerduty", "opsgenie")

    @property
    def endpoint(self) -> str:
        """What is called, so that a failure says something of it. It may be a secret."""
        return (self.settings.endpoint if self.settings is not None else "") or self.url


class Timing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When the groups of a route speak, in Alertmanager's words.

    `mute` and `active` name time intervals: in one of `mute`, and outside of all of `active` if
    there are any, the route keeps silent.
    """

    # From the first alert of a group to its first notification.
    group_wait_s: float = 0.0
    # From one look at what is new to the next; 0: at once.
    group_interval_s: float = 0.0
    # After how long what still fires is told again; None: never.
    repeat_interval_s: float | None = None
    mute: tuple[str, ...] = ()
    active: tuple[str, ...] = ()


class Route(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A node of the routing tree; what it does not say itself is already inherited.

    Inherited are `receiver`, `group_by`, `policy` and the timers, not the time intervals.
    """

    receiver: str
    matchers: tuple[Matcher, ...] = ()
    group_by: tuple[str, ...] = ()
    continues: bool = False
    timing: Timing = Timing()
    # The escalation policy of what is routed here, besides telling `receiver`; "": none.
    policy: str = ""
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
    inhibit_rules: tuple[InhibitRule, ...] = ()
    # Time intervals by name; an interval is several where any of them will do.
    time_intervals: dict[str, tuple[TimeInterval, ...]] = {}
    # What routes call a receiver that is several of `receivers`; any other name is itself.
    integrations: dict[str, tuple[str, ...]] = {}
    # Whether matchers see an alert's labels alone, without its severity and provider.
    plain_labels: bool = False
    # The address that notifications link to.
    external_url: str = ""
    rules: tuple[Rule, ...] = ()
    # Where metric rules get their numbers from, by name, besides what is pushed.
    sources: dict[str, Source] = {}
    policies: dict[str, EscalationPolicy] = {}
    schedules: dict[str, Schedule] = {}
    # The receivers of each person that schedules name.
    people: dict[str, tuple[str, ...]] = {}
    # Whether the tenant runs this installation, so that its rules may ask for tocsin's own metrics.
    is_operator: bool = False
    # The feature flags of stages and of the tenant's rules, by name.
    flags: dict[str, Flag] = {}
    # How alerts are enriched; None: not at all.
    enrichment: EnrichmentSettings | None = None
