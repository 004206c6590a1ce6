"""The shape of receivers in `tocsin.yaml`."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tocsin.configuration.block import Block
from tocsin.configuration.fields import (
    Duration,
    HeaderName,
    HeaderValue,
    Name,
    SecretUrl,
    between,
    wrong,
)

MAX_ALERTS_LIMIT = 1000
# Notify's lease on a group is sized for a receiver that takes ten seconds to answer.
ReceiverTimeout = Annotated[Duration, between("100ms", "10s")]
RetryDelay = Annotated[Duration, between("100ms", "1h")]
# Far less than a group is kept for that nobody has news of.
GiveUpAfter = Annotated[Duration, between("1m", "2d")]
BreakerTime = Annotated[Duration, between("1s", "1h")]


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
    send_updates: bool = Field(
        default=False,
        description="Whether to tell at once what enrichment finds out about an alert that was "
        "told already, once an alert; otherwise the next notification says it. See delivery.md.",
    )

    @model_validator(mode="after")
    def _has_one_kind(self) -> Self:
        if (self.webhook is None) == (self.slack is None):
            raise wrong("a receiver has exactly one of webhook and slack")
        return self


class ReceiverGroup(Block):
    """Several receivers under one name."""

    name: Name = Field(description="What routes call them, and notifications, too.")
    receivers: list[Name] = Field(
        max_length=50, description="Those that are told; with none, nobody is."
    )
