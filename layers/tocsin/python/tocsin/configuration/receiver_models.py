"""The shape of receivers in `tocsin.yaml`."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tocsin.configuration.block import Block
from tocsin.configuration.channels import (
    KINDS,
    Apprise,
    ChannelBlock,
    Email,
    EventBridge,
    Lambda,
    Opsgenie,
    PagerDuty,
    Slack,
    Sns,
    Sqs,
    Teams,
    Webhook,
)
from tocsin.configuration.fields import Duration, Name, between, wrong
from tocsin.configuration.messagetemplates import TemplateField
from tocsin.configuration.pacing import Pace
from tocsin.domain.wording.language import Language

RetryDelay = Annotated[Duration, between("100ms", "1h")]
# Far less than a group is kept for that nobody has news of.
GiveUpAfter = Annotated[Duration, between("1m", "2d")]
BreakerTime = Annotated[Duration, between("1s", "1h")]


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
    pagerduty: PagerDuty | None = Field(default=None, description="A service of PagerDuty.")
    opsgenie: Opsgenie | None = Field(
        default=None, description="An account of Opsgenie or of Jira Service Management."
    )
    teams: Teams | None = Field(default=None, description="A workflow of Microsoft Teams.")
    email: Email | None = Field(default=None, description="Mail, through SES or a mail server.")
    sns: Sns | None = Field(default=None, description="An SNS topic.")
    sqs: Sqs | None = Field(default=None, description="An SQS queue.")
    eventbridge: EventBridge | None = Field(
        default=None, description="An event bus of EventBridge."
    )
    lambda_: Lambda | None = Field(default=None, alias="lambda", description="A Lambda function.")
    apprise: Apprise | None = Field(
        default=None, description="A chat, a push service or an SMS gateway of the long tail."
    )
    retry: Retry = Field(
        default=Retry(), description="When to try again, and when to give up; see delivery.md."
    )
    breaker: CircuitBreaker = Field(
        default=CircuitBreaker(), description="When to leave the receiver alone for a while."
    )
    pace: Pace | Literal["none"] | None = Field(
        default=None,
        description="How many messages it gets before they become a digest; see delivery.md. "
        "`none`: no limit. Left out, kinds that people read have the defaults, and others have "
        "none.",
    )
    language: Language | None = Field(
        default=None,
        description="What its messages are in. Left out, it is that of the tenant's `settings`.",
    )
    template: TemplateField | None = Field(
        default=None,
        description="Its own wording of messages, or the name of one of `templates`; see "
        "templates.md.",
    )
    send_updates: bool = Field(
        default=False,
        description="Whether to tell at once what enrichment finds out about an alert that was "
        "told already, once an alert; otherwise the next notification says it. Not for PagerDuty. "
        "See delivery.md.",
    )
    actions: bool = Field(
        default=True,
        description="Whether messages that people read have links or buttons to acknowledge, "
        "resolve and silence what they tell of; see actions.md. False also switches off those "
        "that were sent.",
    )

    @model_validator(mode="after")
    def _has_one_kind(self) -> Self:
        if len(list(self._channels())) != 1:
            names = ", ".join(list(KINDS)[:-1])
            raise wrong(f"a receiver has exactly one of {names} and {list(KINDS)[-1]}")
        return self

    @model_validator(mode="after")
    def _has_a_pace_that_its_kind_can_keep(self) -> Self:
        for kind, block in self._channels():
            if isinstance(self.pace, Pace) and not block.can_be_digested:
                reason = "an incident whose end is told in a digest would stay open"
                raise wrong(f"{kind} has no pace: {reason}")
        return self

    @model_validator(mode="after")
    def _is_told_of_updates_only_where_that_pages_nobody(self) -> Self:
        for kind, block in self._channels():
            if self.send_updates and block.why_no_updates:
                raise wrong(f"{kind} takes no send_updates: {block.why_no_updates}")
        return self

    @model_validator(mode="after")
    def _has_a_template_that_its_kind_shows(self) -> Self:
        for kind, block in self._channels():
            if self.template is not None and block.why_no_template:
                raise wrong(f"{kind} takes no template: {block.why_no_template}")
        return self

    @property
    def channel(self) -> tuple[str, ChannelBlock]:
        """Its kind, and the block of it."""
        return next(self._channels())

    def _channels(self) -> Iterator[tuple[str, ChannelBlock]]:
        for name, field in type(self).model_fields.items():
            kind = field.alias or name
            block = getattr(self, name)
            if kind in KINDS and block is not None:
                yield kind, block


class ReceiverGroup(Block):
    """Several receivers under one name."""

    name: Name = Field(description="What routes call them, and notifications, too.")
    receivers: list[Name] = Field(
        max_length=50, description="Those that are told; with none, nobody is."
    )
