"""A webhook in `tocsin.yaml`."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from tocsin.configuration.channels.channel import (
    MASK,
    ChannelBlock,
    ReceiverTimeout,
    masked_url,
)
from tocsin.configuration.channels.secret import SecretReference, shown_secret
from tocsin.configuration.fields import HeaderName, HeaderValue, SecretUrl, wrong
from tocsin.domain import channels, config
from tocsin.domain.duration import format_duration
from tocsin.domain.errors import ConfigurationError
from tocsin.domain.secret import Secret
from tocsin.domain.signatures.standard import sign

MAX_ALERTS_LIMIT = 1000


class Webhook(ChannelBlock):
    """Where and how to send notifications as JSON."""

    url: SecretUrl | None = Field(
        default=None, description="The address; `http` only for the same machine."
    )
    url_from: SecretReference | None = Field(
        default=None, description="Where the address is kept as a secret, instead of `url`."
    )
    body: Literal["alertmanager", "tocsin"] = Field(
        default="alertmanager",
        alias="format",
        description="`alertmanager`: its webhook's body, version 4. `tocsin`: "
        "[notification.schema.json](notification.schema.json).",
    )
    secrets: list[SecretReference] = Field(
        default=[],
        max_length=5,
        description="Secrets of Standard Webhooks, `whsec_` and base64; all sign each request, so "
        "that one can be replaced.",
    )
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

    @model_validator(mode="after")
    def _has_one_url(self) -> Self:
        if (self.url is None) == (self.url_from is None):
            raise wrong("has exactly one of url and url_from")
        return self

    @model_validator(mode="after")
    def _can_sign(self) -> Self:
        given = [each.value.get_secret_value() for each in self.secrets if each.value]
        try:
            sign([value.encode() for value in given], "", "", b"")
        except ConfigurationError:
            raise wrong(
                "a secret is whsec_ and base64; openssl rand -base64 32 makes one"
            ) from None
        return self

    @property
    def why_no_template(self) -> str:
        """Why a template would change nothing of what it says."""
        if self.body == "tocsin":
            return ""
        return "the body of `format: alertmanager` has no text of its own; use `format: tocsin`"

    def receiver(self, name: str, tenant: str) -> config.Receiver:
        """Return the receiver as the pipeline uses it."""
        settings = channels.Webhook(
            url=Secret() if self.url_from is None else self.url_from.of(tenant),
            secrets=tuple(each.of(tenant) for each in self.secrets),
            body=self.body,
        )
        return config.Receiver(
            name=name,
            kind="webhook",
            url=self.urls().get("url", ""),
            # What says nothing is left out, so that a plain webhook is stored as it always was.
            settings=None if settings == channels.Webhook() else settings,
            headers={header: value.get_secret_value() for header, value in self.headers.items()},
            send_resolved=self.send_resolved,
            timeout_s=self.timeout,
            max_alerts=self.max_alerts,
        )

    @staticmethod
    def shown(receiver: config.Receiver) -> dict[str, Any]:
        """Return the block again, with every secret masked."""
        settings = receiver.settings if receiver.settings is not None else channels.Webhook()
        assert isinstance(settings, channels.Webhook), "the block of the kind made it"
        url = {"url": masked_url(receiver.url)}
        return {
            **({"url_from": shown_secret(settings.url)} if settings.url else url),
            "format": settings.body,
            **({"secrets": list(map(shown_secret, settings.secrets))} if settings.secrets else {}),
            "headers": dict.fromkeys(receiver.headers, MASK),
            "timeout": format_duration(receiver.timeout_s),
            "max_alerts": receiver.max_alerts,
        }

    def urls(self) -> Mapping[str, str]:
        """Return the addresses that it calls, by their fields."""
        return {} if self.url is None else {"url": self.url.get_secret_value()}
