"""Slack in `tocsin.yaml`."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from tocsin.configuration.channels.channel import ChannelBlock, masked_url
from tocsin.configuration.channels.secret import SecretReference, shown_secret
from tocsin.configuration.fields import SecretUrl, Url, wrong
from tocsin.domain import config
from tocsin.domain.channels import SlackApp, SlackWebhook
from tocsin.domain.secret import Secret

_OF_APPS = ("on_resolve", "api_url", "signing_secret")


class Slack(ChannelBlock):
    """Which Slack channel to post to: by an incoming webhook (`url`), or as an app (`token`)."""

    is_for_people: ClassVar[bool] = True

    url: SecretUrl | None = Field(
        default=None,
        description="The address of an incoming webhook; it is stored with the configuration.",
    )
    url_from: SecretReference | None = Field(
        default=None, description="Where that address is kept as a secret, instead of `url`."
    )
    token: SecretReference | None = Field(
        default=None,
        description="The bot token of an app, `xoxb-…`: what follows the first message of a group "
        "is then in its thread.",
    )
    channel: str = Field(
        default="",
        max_length=80,
        description="The channel. With `token`, its id or `#name`; otherwise only if it is not the "
        "one of the incoming webhook.",
    )
    on_resolve: Literal["update", "reply"] = Field(
        default="update",
        description="What the end does, with `token`: `update` changes the first message, `reply` "
        "answers in its thread.",
    )
    api_url: Url = Field(
        default="",
        description="Where the Web API is, with `token`, if not at `https://slack.com/api`.",
    )
    signing_secret: SecretReference | None = Field(
        default=None,
        description="The signing secret of the app, in Secrets Manager: messages then have buttons "
        "instead of links. The app sends presses to `/v1/slack/actions`; see actions.md.",
    )

    @model_validator(mode="after")
    def _has_one_way(self) -> Self:
        if sum(each is not None for each in (self.url, self.url_from, self.token)) != 1:
            raise wrong("has exactly one of url, url_from (an incoming webhook) and token (an app)")
        if self.token is not None and not self.channel:
            raise wrong("an app needs the channel: its id, or its name with # before it")
        given = [name for name in _OF_APPS if name in self.model_fields_set]
        if self.token is None and given:
            raise wrong(f"{given[0]} is for an app; an incoming webhook only posts")
        if self.signing_secret is not None and self.signing_secret.parameter is not None:
            raise wrong("signing_secret is kept in Secrets Manager: what checks it reads no other")
        return self

    def receiver(self, name: str, tenant: str) -> config.Receiver:
        """Return the receiver as the pipeline uses it."""
        return config.Receiver(
            name=name,
            kind="slack",
            url="" if self.url is None else self.url.get_secret_value(),
            channel="" if self.token is not None else self.channel,
            settings=self._settings(tenant),
            send_resolved=self.send_resolved,
        )

    def _settings(self, tenant: str) -> SlackApp | SlackWebhook | None:
        if self.token is not None:
            return SlackApp(
                token=self.token.of(tenant),
                channel=self.channel,
                api_url=self.api_url.rstrip("/"),
                on_resolve=self.on_resolve,
                signing_secret=Secret()
                if self.signing_secret is None
                else self.signing_secret.of(tenant),
            )
        return None if self.url_from is None else SlackWebhook(url=self.url_from.of(tenant))

    @staticmethod
    def shown(receiver: config.Receiver) -> dict[str, Any]:
        """Return the block again, with every secret masked."""
        settings = receiver.settings
        if isinstance(settings, SlackApp):
            return _shown_app(settings)
        if isinstance(settings, SlackWebhook):
            return {"url_from": shown_secret(settings.url), "channel": receiver.channel}
        return {"url": masked_url(receiver.url), "channel": receiver.channel}

    def urls(self) -> Mapping[str, str]:
        """Return the addresses that it calls, by their fields."""
        if self.url is not None:
            return {"url": self.url.get_secret_value()}
        return {"api_url": self.api_url} if self.api_url else {}


def _shown_app(app: SlackApp) -> dict[str, Any]:
    return {
        "token": shown_secret(app.token),
        "channel": app.channel,
        "on_resolve": app.on_resolve,
        **({"api_url": app.api_url} if app.api_url else {}),
        **({"signing_secret": shown_secret(app.signing_secret)} if app.signing_secret else {}),
    }
