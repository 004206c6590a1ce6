"""One of the many services that the library apprise knows, in `tocsin.yaml`."""

from typing import Any, ClassVar

from pydantic import Field

from tocsin.configuration.channels.channel import ChannelBlock
from tocsin.configuration.channels.secret import SecretReference, shown_secret
from tocsin.domain import channels, config


class Apprise(ChannelBlock):
    """Which chat, push service or SMS gateway to tell, by its URL in the words of apprise."""

    is_for_people: ClassVar[bool] = True

    url: SecretReference = Field(
        description="The URL, such as `tgram://TOKEN/CHAT`, with one target; receivers-apprise.md "
        "says for which services. All of it is a secret."
    )

    def receiver(self, name: str, tenant: str) -> config.Receiver:
        """Return the receiver as the pipeline uses it."""
        return config.Receiver(
            name=name,
            kind="apprise",
            settings=channels.Apprise(url=self.url.of(tenant)),
            send_resolved=self.send_resolved,
        )

    @staticmethod
    def shown(receiver: config.Receiver) -> dict[str, Any]:
        """Return the block again, with every secret masked."""
        settings = receiver.settings
        assert isinstance(settings, channels.Apprise), "the block of the kind made it"
        return {"url": shown_secret(settings.url)}
