"""Slack in `tocsin.yaml`."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from tocsin.configuration.channels.channel import ChannelBlock, masked_url
from tocsin.configuration.fields import SecretUrl
from tocsin.domain import config


class Slack(ChannelBlock):
    """Which Slack channel to post to."""

    is_for_people: ClassVar[bool] = True

    url: SecretUrl = Field(description="The address of an incoming webhook.")
    channel: str = Field(
        default="",
        max_length=80,
        description="The channel, if it is not the one of the incoming webhook.",
    )

    def receiver(self, name: str, _tenant: str) -> config.Receiver:
        """Return the receiver as the pipeline uses it."""
        return config.Receiver(
            name=name,
            kind="slack",
            url=self.url.get_secret_value(),
            channel=self.channel,
            send_resolved=self.send_resolved,
        )

    @staticmethod
    def shown(receiver: config.Receiver) -> dict[str, Any]:
        """Return the block again, with every secret masked."""
        return {"url": masked_url(receiver.url), "channel": receiver.channel}

    def urls(self) -> Mapping[str, str]:
        """Return the addresses that it calls, by their fields."""
        return {"url": self.url.get_secret_value()}
