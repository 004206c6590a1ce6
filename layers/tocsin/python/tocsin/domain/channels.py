"""What each kind of receiver needs to be reached, beside its URL.

One struct a kind that needs more than a URL. `endpoint` names what is called, and so what a
circuit breaker is about.
"""

from typing import Literal

import msgspec

from tocsin.domain.secret import Secret


class SlackApp(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="slack"):
    """A Slack app that posts with a bot token, so that it can thread and edit."""

    token: Secret
    # Its id or name; the app must be in it.
    channel: str
    # Where the Web API is; "": Slack's own.
    api_url: str = ""
    # What the end does: change the first message, or answer it.
    on_resolve: Literal["update", "reply"] = "update"
    # What Slack signs presses of buttons with; without it there are links instead of buttons.
    signing_secret: Secret = Secret()

    @property
    def endpoint(self) -> str:
        """The API, the app and the channel: one that is gone says nothing of the others."""
        return f"{self.api_url}#{self.channel}#{msgspec.json.encode(self.token).decode()}"


class SlackWebhook(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="slackhook"):
    """An incoming webhook of Slack whose address is kept elsewhere."""

    url: Secret

    @property
    def endpoint(self) -> str:
        """Where it is kept."""
        return msgspec.json.encode(self.url).decode()


class Smtp(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A mail server. `tls` is how the connection is protected; "none" is for loopback only."""

    host: str
    port: int = 587
    tls: Literal["starttls", "tls", "none"] = "starttls"
    # "": nobody logs in.
    username: str = ""
    password: Secret = Secret()


class Email(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="email"):
    """Mail to some addresses, through a mail server or, without one, through SES."""

    to: tuple[str, ...]
    sender: str
    # What people see in its place; "": the address.
    sender_name: str = ""
    smtp: Smtp | None = None
    # The configuration set of SES; "": none.
    configuration_set: str = ""

    @property
    def endpoint(self) -> str:
        """The mail server and who logs in there, or SES and the configuration set."""
        if self.smtp is None:
            return f"ses#{self.configuration_set}"
        return f"{self.smtp.username}@{self.smtp.host}:{self.smtp.port}"


class PagerDuty(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="pagerduty"):
    """A service of PagerDuty. `url` is where its events are taken."""

    routing_key: Secret
    url: str

    @property
    def endpoint(self) -> str:
        """One service is no other one: they have limits of their own."""
        return f"{self.url}#{msgspec.json.encode(self.routing_key).decode()}"


class Responder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who is to be told of an alert at Opsgenie; an id of one, or its name."""

    kind: Literal["team", "user", "escalation", "schedule"]
    name: str = ""
    id: str = ""


class Opsgenie(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="opsgenie"):
    """An account of Opsgenie, or of what speaks its alert API at `url`/v2/alerts."""

    api_key: Secret
    url: str
    responders: tuple[Responder, ...] = ()

    @property
    def endpoint(self) -> str:
        """Where it is, and with which key."""
        return f"{self.url}#{msgspec.json.encode(self.api_key).decode()}"


class Teams(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="teams"):
    """A workflow of Microsoft Teams, by the address that its webhook has."""

    url: Secret

    @property
    def endpoint(self) -> str:
        """Where it is kept, or what it is: a hash of it is all that is stored."""
        return msgspec.json.encode(self.url).decode()


class Webhook(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="webhook"):
    """How a webhook's requests are made, beside its URL and headers.

    `url` is where that is kept, unless it stands in the receiver. All `secrets` sign.
    """

    url: Secret = Secret()
    secrets: tuple[Secret, ...] = ()
    body: Literal["alertmanager", "tocsin"] = "alertmanager"

    @property
    def endpoint(self) -> str:
        """Where its URL is kept; "" if the receiver has it."""
        return msgspec.json.encode(self.url).decode() if self.url else ""


class AwsTarget(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="aws"):
    """A topic, queue, event bus or function, by its ARN."""

    arn: str

    @property
    def endpoint(self) -> str:
        """Its ARN."""
        return self.arn

    @property
    def region(self) -> str:
        """The region that it is in: the fourth part of an ARN."""
        return self.arn.split(":")[3]

    @property
    def account(self) -> str:
        """The account that it is of: the fifth part."""
        return self.arn.split(":")[4]

    @property
    def name(self) -> str:
        """What it is in its account and region: all that follows."""
        return self.arn.split(":", 5)[5]


class Apprise(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="apprise"):
    """One of the many services that the library of this name knows, by its kind of URL."""

    url: Secret

    @property
    def endpoint(self) -> str:
        """Where it is kept, or what it is: a hash of it is all that is stored."""
        return msgspec.json.encode(self.url).decode()


Channel = (
    SlackApp | SlackWebhook | Email | PagerDuty | Opsgenie | Teams | Webhook | AwsTarget | Apprise
)
