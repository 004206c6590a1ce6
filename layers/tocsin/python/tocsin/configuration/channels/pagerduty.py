"""PagerDuty in `tocsin.yaml`."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from tocsin.configuration.channels.channel import ChannelBlock, masked_url
from tocsin.configuration.channels.secret import SecretReference, shown_secret
from tocsin.configuration.fields import SecretUrl
from tocsin.domain import channels, config

_URLS = {
    "us": "https://events.pagerduty.com/v2/enqueue",
    "eu": "https://events.eu.pagerduty.com/v2/enqueue",
}


class PagerDuty(ChannelBlock):
    """Which service of PagerDuty has an incident for each group."""

    can_be_digested: ClassVar[bool] = False
    why_no_updates: ClassVar[str] = (
        "it would page anew where somebody has resolved the incident; "
        "what is found out is shown with the next notification"
    )

    routing_key: SecretReference = Field(
        description="The integration key of an integration of the type Events API v2."
    )
    region: Literal["us", "eu"] = Field(default="us", description="Where the account is.")
    url: SecretUrl | None = Field(
        default=None, description="Where events are taken, if it is not PagerDuty that takes them."
    )

    def receiver(self, name: str, tenant: str) -> config.Receiver:
        """Return the receiver as the pipeline uses it."""
        url = self.urls().get("url", _URLS[self.region])
        settings = channels.PagerDuty(routing_key=self.routing_key.of(tenant), url=url)
        return config.Receiver(
            name=name, kind="pagerduty", settings=settings, send_resolved=self.send_resolved
        )

    @staticmethod
    def shown(receiver: config.Receiver) -> dict[str, Any]:
        """Return the block again, with every secret masked."""
        settings = receiver.settings
        assert isinstance(settings, channels.PagerDuty), "the block of the kind made it"
        regions = [region for region, url in _URLS.items() if url == settings.url]
        where = {"region": regions[0]} if regions else {"url": masked_url(settings.url)}
        return {"routing_key": shown_secret(settings.routing_key), **where}

    def urls(self) -> Mapping[str, str]:
        """Return the addresses that it calls, by their fields."""
        return {} if self.url is None else {"url": self.url.get_secret_value()}
