"""How people are told: receivers, what came of telling them, and the texts that they read."""

from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr

from tocsin.domain import breaker, config, journal, retry
from tocsin.domain.alert import Alert, Status
from tocsin.domain.metricalert import rendered
from tocsin.models.model import Model, fields_of, to_struct
from tocsin.models.words import Channel, EpochSeconds

Share = Annotated[float, Field(ge=0, le=1)]


class NotificationTemplate(Model):
    """A text with places for an alert's labels and value, as annotations of rules have them.

    >>> template = NotificationTemplate(text="{{ $labels.host }} is at {{ $value }}")
    >>> template.render(Alert(name="Full", status="firing", provider="tocsin",
    ...                       labels={"alertname": "Full", "host": "db1"}, value=97.0))
    'db1 is at 97'
    """

    text: str

    def render(self, alert: Alert) -> str:
        """Put in what the alert says; "" for a label that it does not have."""
        return rendered(self.text, alert.labels, alert.value)


class RetryPolicy(Model):
    """When a failed notification is tried again, and when it is given up."""

    attempts: int = Field(default=3, ge=1)
    base_s: float = 1.0
    factor: float = 2.0
    cap_s: float = 60.0
    jitter: Share = 0.1
    give_up_after_s: float = 4 * 3600.0

    @classmethod
    def of(cls, value: retry.RetryPolicy) -> Self:
        """Make the model of the pipeline's value."""
        return cls.from_fields(value)


class BreakerPolicy(Model):
    """When a receiver counts as down, and for how long it is left alone then."""

    mode: breaker.Mode = "rate"
    failures: int = Field(default=5, ge=1)
    rate: Share = 0.5
    window_s: float = 60.0
    open_s: float = 60.0
    open_factor: float = 2.0
    open_cap_s: float = 300.0
    jitter: Share = 0.1

    @classmethod
    def of(cls, value: breaker.BreakerPolicy) -> Self:
        """Make the model of the pipeline's value."""
        return cls.from_fields(value)


class NotificationConfig(Model):
    """A receiver. Its address and headers are secrets: they are masked wherever it is shown.

    >>> oncall = NotificationConfig(name="oncall", kind="webhook", url="https://example.com/key")
    >>> oncall.url
    SecretStr('**********')
    >>> oncall.to_domain().url
    'https://example.com/key'
    """

    name: str = Field(min_length=1)
    kind: Channel
    url: Annotated[SecretStr, Field(strict=False)]
    channel: str = ""
    headers: dict[str, Annotated[SecretStr, Field(strict=False)]] = Field(default={})
    send_resolved: bool = True
    send_updates: bool = False
    actions: bool = True
    timeout_s: float = Field(default=10.0, gt=0)
    max_alerts: int = Field(default=1000, ge=0)
    truncates: bool = False
    shown_as: str = ""
    retry: RetryPolicy = RetryPolicy()
    breaker: BreakerPolicy = BreakerPolicy()

    @classmethod
    def of(cls, value: config.Receiver) -> Self:
        """Make the model of the pipeline's value."""
        return cls.from_fields(value)

    def to_domain(self) -> config.Receiver:
        """Return the pipeline's value, with its secrets."""
        revealed = {
            "url": self.url.get_secret_value(),
            "headers": {name: value.get_secret_value() for name, value in self.headers.items()},
        }
        return to_struct({**self.to_fields(), **revealed}, config.Receiver)


class NotificationDelivery(Model):
    """How one step of an alert ended at one receiver, or how one try at it failed."""

    source: str
    fingerprint: str
    episode: int
    step: Status
    receiver: str
    group: str
    outcome: Literal["delivered", "suppressed", "dead", "failed"]
    reason: str = ""
    key: str = ""
    attempt: int = 0
    at_s: EpochSeconds
    receipt: str = ""
    accepted_at_s: EpochSeconds = 0.0
    due_at_s: EpochSeconds = 0.0
    began_at_s: EpochSeconds = 0.0

    @classmethod
    def of(cls, record: journal.DeliveryRecord) -> Self:
        """Make the model of the journal's record."""
        return cls.from_fields(fields_of(record))

    def to_record(self) -> journal.DeliveryRecord:
        """Return the journal's record."""
        return to_struct(self.to_fields(), journal.DeliveryRecord)
