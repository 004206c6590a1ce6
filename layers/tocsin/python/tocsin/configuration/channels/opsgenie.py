"""Opsgenie in `tocsin.yaml`, and Jira Service Management, which speaks its alert API."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from tocsin.configuration.block import Block
from tocsin.configuration.channels.channel import ChannelBlock, masked_url
from tocsin.configuration.channels.secret import SecretReference, shown_secret
from tocsin.configuration.fields import SecretUrl, wrong
from tocsin.domain import channels, config

_URLS = {
    "opsgenie": "https://api.opsgenie.com",
    "opsgenie-eu": "https://api.eu.opsgenie.com",
    "jira-service-management": "https://api.atlassian.com/jsm/ops/integration",
}


class OpsgenieResponder(Block):
    """Who is told of an alert: one of a kind, by its name or id."""

    type: Literal["team", "user", "escalation", "schedule"] = Field(description="Which kind.")
    name: str = Field(
        default="", max_length=200, description="Its name, or the address of a user's account."
    )
    id: str = Field(default="", max_length=200, description="Its id, instead of its name.")

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if bool(self.name) == bool(self.id):
            raise wrong("a responder has exactly one of name and id")
        return self


class Opsgenie(ChannelBlock):
    """Which account has an alert for each group."""

    can_be_digested: ClassVar[bool] = False

    api_key: SecretReference = Field(description="The key of an integration of the type API.")
    service: Literal["opsgenie", "opsgenie-eu", "jira-service-management"] = Field(
        default="opsgenie", description="Whose account it is, and for Opsgenie where."
    )
    url: SecretUrl | None = Field(
        default=None, description="What `/v2/alerts` follows, if it is none of these services."
    )
    responders: list[OpsgenieResponder] = Field(
        default=[],
        max_length=50,
        description="Who is told; whom the integration belongs to, if nobody.",
    )

    def receiver(self, name: str, tenant: str) -> config.Receiver:
        """Return the receiver as the pipeline uses it."""
        settings = channels.Opsgenie(
            api_key=self.api_key.of(tenant),
            url=self.urls().get("url", _URLS[self.service]).rstrip("/"),
            responders=tuple(
                channels.Responder(kind=each.type, name=each.name, id=each.id)
                for each in self.responders
            ),
        )
        return config.Receiver(
            name=name, kind="opsgenie", settings=settings, send_resolved=self.send_resolved
        )

    @staticmethod
    def shown(receiver: config.Receiver) -> dict[str, Any]:
        """Return the block again, with every secret masked."""
        settings = receiver.settings
        assert isinstance(settings, channels.Opsgenie), "the block of the kind made it"
        services = [service for service, url in _URLS.items() if url == settings.url]
        where = {"service": services[0]} if services else {"url": masked_url(settings.url)}
        shown: dict[str, Any] = {"api_key": shown_secret(settings.api_key), **where}
        if settings.responders:
            shown["responders"] = [_shown(each) for each in settings.responders]
        return shown

    def urls(self) -> Mapping[str, str]:
        """Return the addresses that it calls, by their fields."""
        return {} if self.url is None else {"url": self.url.get_secret_value()}


def _shown(responder: channels.Responder) -> dict[str, str]:
    named = {"id": responder.id} if responder.id else {"name": responder.name}
    return {"type": responder.kind, **named}
