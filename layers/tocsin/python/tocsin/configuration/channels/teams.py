"""Microsoft Teams in `tocsin.yaml`."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import Field, model_validator

from tocsin.configuration.channels.channel import ChannelBlock, masked_url
from tocsin.configuration.channels.secret import SecretReference, shown_secret
from tocsin.configuration.fields import SecretUrl, wrong
from tocsin.domain import channels, config
from tocsin.domain.secret import Secret


class Teams(ChannelBlock):
    """Which workflow posts to a channel or a chat of Microsoft Teams."""

    is_for_people: ClassVar[bool] = True

    url: SecretUrl | None = Field(
        default=None,
        description="The address of the workflow's webhook; it is stored with the configuration.",
    )
    url_from: SecretReference | None = Field(
        default=None, description="Where that address is kept, instead of `url`."
    )

    @model_validator(mode="after")
    def _has_one_url(self) -> Self:
        if (self.url is None) == (self.url_from is None):
            raise wrong("has exactly one of url and url_from")
        return self

    def receiver(self, name: str, tenant: str) -> config.Receiver:
        """Return the receiver as the pipeline uses it."""
        kept = None if self.url_from is None else self.url_from.of(tenant)
        settings = channels.Teams(url=kept or Secret(value=self.urls()["url"]))
        return config.Receiver(
            name=name, kind="teams", settings=settings, send_resolved=self.send_resolved
        )

    @staticmethod
    def shown(receiver: config.Receiver) -> dict[str, Any]:
        """Return the block again, with every secret masked."""
        settings = receiver.settings
        assert isinstance(settings, channels.Teams), "the block of the kind made it"
        if settings.url.value:
            return {"url": masked_url(settings.url.value)}
        return {"url_from": shown_secret(settings.url)}

    def urls(self) -> Mapping[str, str]:
        """Return the addresses that it calls, by their fields."""
        return {} if self.url is None else {"url": self.url.get_secret_value()}
