"""Mail in `tocsin.yaml`."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from tocsin.configuration.block import Block
from tocsin.configuration.channels.channel import ChannelBlock, ReceiverTimeout
from tocsin.configuration.channels.secret import SecretReference, shown_secret
from tocsin.configuration.fields import is_loopback, wrong
from tocsin.domain import channels, config
from tocsin.domain.duration import format_duration
from tocsin.domain.secret import Secret

# A message through SES has at most 50, and a mail server is asked about each.
RECIPIENTS_LIMIT = 20
# That of all receivers which are services of AWS.
_SES_TIMEOUT_S = 10.0
# RFC 6409 and RFC 8314 for who hands a message in, RFC 5321 for servers among themselves.
_PORTS = {"starttls": 587, "tls": 465, "none": 25}

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}|[0-9A-Fa-f:]{{2,45}}")
# RFC 5321, 4.1.2: a dot-string, without quotes, at a domain.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(
    rf"(?=.{{1,64}}@)(?=.{{3,254}}$){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)*{_LABEL}"
)
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]*")


def is_address(text: str) -> bool:
    """Return whether mail can be sent to a text, as `to` takes it."""
    return _ADDRESS.fullmatch(text) is not None


def _address(text: str) -> str:
    if not is_address(text):
        raise wrong(
            "not an e-mail address of ASCII, such as oncall@example.com; write a domain beyond "
            "ASCII as xn--"
        )
    return text


def _host(text: str) -> str:
    if len(text) > 253 or _HOST.fullmatch(text) is None:
        raise wrong("not the name or the address of a host")
    return text


def _printable(text: str) -> str:
    if _PRINTABLE.fullmatch(text) is None:
        raise wrong("has a character that cannot be printed")
    return text


def _number(value: Any) -> Any:
    """Return the number that a variable holds, of which all is text."""
    is_number = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 5
    return int(value) if is_number else value


Address = Annotated[
    str, AfterValidator(_address), WithJsonSchema({"type": "string", "x-kind": "e-mail address"})
]
Host = Annotated[str, AfterValidator(_host), WithJsonSchema({"type": "string", "x-kind": "host"})]
Printable = Annotated[str, AfterValidator(_printable)]


class MailServer(Block):
    """A mail server that takes messages from whoever may hand them in there."""

    host: Host = Field(description="Its name, which its certificate must have.")
    port: Annotated[int | None, BeforeValidator(_number)] = Field(
        default=None,
        ge=1,
        le=65535,
        description="Its port; 587 for `starttls`, 465 for `tls` and 25 for `none` if left out.",
    )
    tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="How the connection is encrypted: after STARTTLS, from the start, or not at "
        "all, which is for the same machine only.",
    )
    username: Printable = Field(
        default="", max_length=256, description="Who logs in; nobody if left out."
    )
    password: SecretReference | None = Field(
        default=None, description="The password of `username`."
    )
    timeout: ReceiverTimeout = Field(
        default="10s",
        validate_default=True,
        description="How long it may take in all to hand a message over.",
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if bool(self.username) != (self.password is not None):
            raise wrong("username and password go together")
        if self.tls == "none" and not is_loopback(self.host):
            raise wrong("not encrypted; use starttls or tls (none is for this machine only)")
        return self

    def server(self, tenant: str) -> channels.Smtp:
        """Return the server as the pipeline uses it."""
        return channels.Smtp(
            host=self.host,
            port=self.port or _PORTS[self.tls],
            tls=self.tls,
            username=self.username,
            password=self.password.of(tenant) if self.password else Secret(),
        )


class Email(ChannelBlock):
    """Whom to send mail, and through which server."""

    is_for_people: ClassVar[bool] = True

    to: list[Address] = Field(
        min_length=1,
        max_length=RECIPIENTS_LIMIT,
        description="Who gets it. Each sees all of them.",
    )
    sender: Address = Field(
        alias="from", description="The address that it comes from; SES must know it as yours."
    )
    sender_name: Printable = Field(
        default="", alias="from_name", max_length=100, description="The name beside that address."
    )
    smtp: MailServer | None = Field(
        default=None, description="A mail server of your own; SES if left out."
    )
    configuration_set: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9_-]{0,64}$",
        description="A configuration set of SES, for its metrics and bounces.",
    )

    @model_validator(mode="after")
    def _fits_its_server(self) -> Self:
        if len(set(self.to)) != len(self.to):
            raise wrong("an address is in `to` twice")
        if self.smtp is not None and self.configuration_set:
            raise wrong("configuration_set is for SES; leave out it or smtp")
        return self

    def receiver(self, name: str, tenant: str) -> config.Receiver:
        """Return the receiver as the pipeline uses it."""
        settings = channels.Email(
            to=tuple(self.to),
            sender=self.sender,
            sender_name=self.sender_name,
            smtp=self.smtp.server(tenant) if self.smtp else None,
            configuration_set=self.configuration_set,
        )
        return config.Receiver(
            name=name,
            kind="email",
            settings=settings,
            send_resolved=self.send_resolved,
            timeout_s=self.smtp.timeout if self.smtp else _SES_TIMEOUT_S,
        )

    @staticmethod
    def shown(receiver: config.Receiver) -> dict[str, Any]:
        """Return the block again, with every secret masked."""
        settings = receiver.settings
        assert isinstance(settings, channels.Email), "the block made it"
        shown: dict[str, Any] = {"to": list(settings.to), "from": settings.sender}
        if settings.sender_name:
            shown["from_name"] = settings.sender_name
        if settings.configuration_set:
            shown["configuration_set"] = settings.configuration_set
        if settings.smtp is not None:
            shown["smtp"] = _shown_server(settings.smtp, receiver.timeout_s)
        return shown

    def urls(self) -> Mapping[str, str]:
        """Return the addresses that it calls, by their fields."""
        if self.smtp is None:
            return {}
        host = f"[{self.smtp.host}]" if ":" in self.smtp.host else self.smtp.host
        return {"smtp": f"smtp://{host}"}


def _shown_server(server: channels.Smtp, timeout_s: float) -> dict[str, Any]:
    shown: dict[str, Any] = {"host": server.host, "port": server.port, "tls": server.tls}
    if server.username:
        shown |= {"username": server.username, "password": shown_secret(server.password)}
    return {**shown, "timeout": format_duration(timeout_s)}
