"""The shape of `tocsin.yaml`, one model a block; docs/configuration.md is made from it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tocsin.configuration.block import Block
from tocsin.configuration.fields import (
    Duration,
    GroupLabel,
    HeaderName,
    HeaderValue,
    MatcherText,
    Name,
    SecretUrl,
    between,
    wrong,
)
from tocsin.configuration.fingerprint_models import FingerprintRule
from tocsin.configuration.limits import Limits
from tocsin.configuration.mappings import PayloadMapping
from tocsin.configuration.signing import Signature
from tocsin.configuration.storage_models import StorageRule
from tocsin.domain.apikey import Scope

MAX_ALERTS_LIMIT = 1000
# Notify's lease on a group is sized for a receiver that takes ten seconds to answer.
ReceiverTimeout = Annotated[Duration, between("100ms", "10s")]
ResolveTimeout = Annotated[Duration, between("1s", "7d")]
RetryDelay = Annotated[Duration, between("100ms", "1h")]
# Far less than a group is kept for that nobody has news of.
GiveUpAfter = Annotated[Duration, between("1m", "2d")]
BreakerTime = Annotated[Duration, between("1s", "1h")]


class ListedKey(Block):
    """An API key that the tenant must have."""

    name: Name = Field(description="What the key is called in lists and logs.")
    scopes: list[Scope] = Field(
        default=["ingest"],
        min_length=1,
        description="What the key may do: `ingest` sends alerts, `read` asks questions, `admin` "
        "is for changes (no route needs it yet).",
    )


class Webhook(Block):
    """Where and how to send notifications as JSON in Alertmanager's webhook format."""

    url: SecretUrl = Field(description="The address; `http` only for the same machine.")
    headers: dict[HeaderName, HeaderValue] = Field(
        default={}, max_length=20, description="HTTP headers to add, such as `Authorization`."
    )
    timeout: ReceiverTimeout = Field(
        default="10s", validate_default=True, description="How long to wait for an answer."
    )
    max_alerts: int = Field(
        default=MAX_ALERTS_LIMIT,
        ge=1,
        le=MAX_ALERTS_LIMIT,
        description="The most alerts in one notification; the rest follow in the next.",
    )
    send_resolved: bool = Field(default=True, description="Whether to tell that alerts ended.")


class Slack(Block):
    """Which Slack channel to post to."""

    url: SecretUrl = Field(description="The address of an incoming webhook.")
    channel: str = Field(
        default="",
        max_length=80,
        description="The channel, if it is not the one of the incoming webhook.",
    )
    send_resolved: bool = Field(default=True, description="Whether to tell that alerts ended.")


class Retry(Block):
    """When a notification that failed is tried again, and when it is given up."""

    attempts: int = Field(
        default=3,
        ge=1,
        le=10,
        description="How often a notification may fail while the receiver takes others; then it "
        "is a dead letter. Tries while the receiver is down do not count.",
    )
    base: RetryDelay = Field(
        default="1s",
        validate_default=True,
        description="The least time before the second try; it doubles with each failure.",
    )
    cap: RetryDelay = Field(
        default="1m", validate_default=True, description="Up to which that time grows."
    )
    give_up_after: GiveUpAfter = Field(
        default="4h",
        validate_default=True,
        description="How old a notification may get that nobody takes; then it is a dead letter.",
    )


class CircuitBreaker(Block):
    """When a receiver counts as down, so that it is left alone for a while."""

    mode: Literal["rate", "consecutive"] = Field(
        default="rate",
        description="`rate`: so many failures in the window, and at least as many as successes "
        "meanwhile. `consecutive`: so many with no success between them, however far apart.",
    )
    failures: int = Field(default=5, ge=1, le=50, description="How many failures it takes.")
    window: BreakerTime = Field(
        default="1m", validate_default=True, description="How long a failure counts."
    )
    opens_for: BreakerTime = Field(
        default="1m",
        validate_default=True,
        alias="open",
        description="How long it is left alone at first; twice as long after each try that "
        "fails, up to `5m`, or this if it is more.",
    )


class Receiver(Block):
    """A destination of notifications: a name and exactly one of the kinds."""

    name: Name = Field(description="What routes call the receiver.")
    webhook: Webhook | None = Field(default=None, description="A webhook of your own.")
    slack: Slack | None = Field(default=None, description="A Slack channel.")
    retry: Retry = Field(
        default=Retry(), description="When to try again, and when to give up; see delivery.md."
    )
    breaker: CircuitBreaker = Field(
        default=CircuitBreaker(), description="When to leave the receiver alone for a while."
    )

    @model_validator(mode="after")
    def _has_one_kind(self) -> Self:
        if (self.webhook is None) == (self.slack is None):
            raise wrong("a receiver has exactly one of webhook and slack")
        return self


class Route(Block):
    """A node of the routing tree; an alert goes down to the first child that matches."""

    receiver: Name | None = Field(
        default=None, description="Who hears of these alerts; the parent's receiver if left out."
    )
    matchers: list[MatcherText] = Field(
        default=[],
        max_length=20,
        description="Conditions on labels, all of which must hold: "
        '`team="db"`, `!=`, `=~` and `!~` (RE2, anchored). The top route has none.',
    )
    group_by: list[GroupLabel] | None = Field(
        default=None,
        max_length=20,
        description="Labels that make one notification of many alerts; `['...']` is every "
        "label. The parent's labels if left out; none at the top: one group a receiver.",
    )
    continues: bool = Field(
        default=False,
        alias="continue",
        description="Whether later siblings are tried after this route matched.",
    )
    routes: list["Route"] = Field(default=[], max_length=200, description="Child routes.")


class Settings(Block):
    """What applies to the tenant as a whole."""

    resolve_timeout: ResolveTimeout = Field(
        default="5m",
        validate_default=True,
        description="How long a firing holds that nobody repeats, where its sender repeats "
        "firings and does not say how long they hold.",
    )


class Tenant(Block):
    """One tenant; nothing of it is visible to another."""

    keys: list[ListedKey] = Field(
        default=[],
        max_length=100,
        description="API keys to create where they do not exist yet; secrets are shown once.",
    )
    signatures: list[Signature] = Field(
        default=[],
        max_length=50,
        description="What requests of a provider must be signed with, besides the API key; see "
        "access.md.",
    )
    receivers: list[Receiver] = Field(
        min_length=1, max_length=200, description="The destinations of notifications."
    )
    route: Route = Field(description="The top of the routing tree.")
    mappings: list[PayloadMapping] = Field(
        default=[], max_length=50, description="How JSON of one's own becomes alerts."
    )
    fingerprints: list[FingerprintRule] = Field(
        default=[],
        max_length=50,
        description="What of an alert is its identity, where that is not all of its labels.",
    )
    storage: list[StorageRule] = Field(
        default=[], max_length=50, description="How request bodies are stored."
    )
    settings: Settings = Field(
        default=Settings(), description="What applies to the tenant as a whole."
    )
    limits: Limits = Field(
        default=Limits(),
        description="From how many requests on senders are asked to wait; see limits.md. 0 is "
        "`unlimited`.",
    )


class Document(Block):
    """The whole of `tocsin.yaml`."""

    tenants: dict[Name, Tenant] = Field(
        min_length=1, max_length=1000, description="The tenants by name."
    )
