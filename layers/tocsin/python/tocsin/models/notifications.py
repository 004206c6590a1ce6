"""How people are told: receivers, what came of telling them, and the texts that they read."""

from typing import Annotated, Any, Literal, Self

import msgspec
from pydantic import BeforeValidator, Field, SecretStr

from tocsin.domain import breaker, config, journal, messagetemplate, pace, retry
from tocsin.domain.alert import Alert, Status
from tocsin.domain.metricalert import rendered
from tocsin.domain.wording.language import Language
from tocsin.models.model import Model, fields_of, to_struct
from tocsin.models.words import Channel, EpochSeconds

_Masked = Annotated[SecretStr, Field(strict=False)]
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


class PacePolicy(Model):
    """How many messages a receiver gets, and when more of them become a digest."""

    limit: int = 50
    window_s: float = 3600.0
    storm: int = 10
    storm_s: float = 60.0
    every_s: float = 60.0

    @classmethod
    def of(cls, value: pace.PacePolicy) -> Self:
        """Make the model of the pipeline's value."""
        return cls.from_fields(value)


class MessageTemplate(Model):
    """A tenant's own wording of a receiver's messages; "" leaves the default."""

    title: str = ""
    text: str = ""

    @classmethod
    def of(cls, value: messagetemplate.MessageTemplate) -> Self:
        """Make the model of the pipeline's value."""
        return cls.from_fields(value)


def _as_text(settings: Any) -> Any:
    """Return what a kind needs as the JSON that is masked; "" if it needs nothing."""
    if settings is None or isinstance(settings, str | SecretStr):
        return settings or ""
    return msgspec.json.encode(settings).decode()


class NotificationConfig(Model):
    """A receiver. Its address and headers are secrets: they are masked wherever it is shown.

    So is what its kind needs besides, which is JSON in `settings`.

    >>> oncall = NotificationConfig(name="oncall", kind="webhook", url="https://example.com/key")
    >>> oncall.url
    SecretStr('**********')
    >>> oncall.to_domain().url
    'https://example.com/key'
    """

    name: str = Field(min_length=1)
    kind: Channel
    # The defaults are validated as JSON is, which knows no other text.
    url: _Masked = ""  # type: ignore[assignment]
    settings: Annotated[_Masked, BeforeValidator(_as_text)] = ""  # type: ignore[assignment]
    channel: str = ""
    headers: dict[str, _Masked] = Field(default={})
    send_resolved: bool = True
    send_updates: bool = False
    actions: bool = True
    timeout_s: float = Field(default=10.0, gt=0)
    max_alerts: int = Field(default=1000, ge=0)
    truncates: bool = False
    shown_as: str = ""
    retry: RetryPolicy = RetryPolicy()
    breaker: BreakerPolicy = BreakerPolicy()
    pace: PacePolicy | None = None
    language: Language = "en"
    template: MessageTemplate | None = None

    @classmethod
    def of(cls, value: config.Receiver) -> Self:
        """Make the model of the pipeline's value."""
        return cls.from_fields(value)

    def to_domain(self) -> config.Receiver:
        """Return the pipeline's value, with its secrets."""
        settings = self.settings.get_secret_value()
        revealed = {
            "url": self.url.get_secret_value(),
            "settings": msgspec.json.decode(settings) if settings else None,
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
