"""A webhook in `tocsin.yaml`."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from tocsin.configuration.channels.channel import (
    MASK,
    ChannelBlock,
    ReceiverTimeout,
    masked_url,
)
from tocsin.configuration.fields import HeaderName, HeaderValue, SecretUrl
from tocsin.domain import config
from tocsin.domain.duration import format_duration

MAX_ALERTS_LIMIT = 1000


class Webhook(ChannelBlock):
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

    def receiver(self, name: str, _tenant: str) -> config.Receiver:
        """Return the receiver as the pipeline uses it."""
        return config.Receiver(
            name=name,
            kind="webhook",
            url=self.url.get_secret_value(),
            headers={header: value.get_secret_value() for header, value in self.headers.items()},
            send_resolved=self.send_resolved,
            timeout_s=self.timeout,
            max_alerts=self.max_alerts,
        )

    @staticmethod
    def shown(receiver: config.Receiver) -> dict[str, Any]:
        """Return the block again, with every secret masked."""
        return {
            "url": masked_url(receiver.url),
            "headers": dict.fromkeys(receiver.headers, MASK),
            "timeout": format_duration(receiver.timeout_s),
            "max_alerts": receiver.max_alerts,
        }

    def urls(self) -> Mapping[str, str]:
        """Return the addresses that it calls, by their fields."""
        return {"url": self.url.get_secret_value()}
