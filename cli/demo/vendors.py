"""The vendors of the demonstration, on loopback, and the secrets that open them."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from secrets import token_bytes, token_hex
from time import time
from typing import TypeVar

import msgspec

from cli.demo.channels import Channel
from cli.localcloud.cloud import LocalCloud
from cli.vendors.localserver import Answer, LocalServer, Request, local_server
from cli.vendors.mailbox import Mailbox
from cli.vendors.mailserver import mail_server
from cli.vendors.pagerduty import Events
from cli.vendors.received import Received, Vendor
from cli.vendors.signedwebhook import SignedWebhook
from cli.vendors.slackhook import IncomingWebhook
from cli.vendors.slackworkspace import Workspace

_Vendor = TypeVar("_Vendor", bound=Vendor)
_USER = "tocsin"
# The receiver, what stands for it, what it is checked against, what belongs together there, and
# by what twice is seen. Slack and PagerDuty name no single message: equal ones came twice.
_SHOWN = (
    ("slack-app", "Slack, app", "Web API, Block Kit", "thread", "the body"),
    ("slack-hook", "Slack, webhook", "Block Kit", "", "the body"),
    ("mail", "SMTP", "RFC 5321, 5322, text and HTML", "conversation", "Message-ID"),
    ("pager", "PagerDuty", "Events API v2", "incident", "dedup_key, body"),
    ("webhook", "webhook", "Standard Webhooks, its own schema", "thread", "webhook-id"),
)


class Vendors:
    """Five servers for the time of a `with` block; every run has secrets of its own."""

    def __init__(
        self, on_received: Callable[[str, Received], None], now_s: Callable[[], float] = time
    ) -> None:
        self._on_received = on_received
        self._now_s = now_s
        self._stack = ExitStack()
        self._token, self._password = f"xoxb-{token_hex(12)}", token_hex(16)
        self._routing_key = token_hex(16)
        self._signing = f"whsec_{b64encode(token_bytes(24)).decode()}"
        self._vendors: dict[str, Vendor] = {}

    def __enter__(self) -> "Vendors":
        with ExitStack() as stack:
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def environ(self) -> Mapping[str, str]:
        """What the configuration needs to know of where they are, which is no secret."""
        return {
            "TOCSIN_SLACK_API_URL": self._slack.url,
            "TOCSIN_SMTP_PORT": str(self._mail.port),
            "TOCSIN_PAGERDUTY_URL": self._pagerduty.url,
            "TOCSIN_SIGNED_WEBHOOK_URL": self._webhook.url,
        }

    @property
    def channels(self) -> list[Channel]:
        """What each has received so far."""
        return [
            Channel(
                receiver=receiver,
                shown=shown,
                checked=checked,
                together=together,
                once_by=once_by,
                received=list(self._vendors[receiver].received),
            )
            for receiver, shown, checked, together, once_by in _SHOWN
        ]

    def keep_secrets(self, cloud: LocalCloud, tenant: str) -> None:
        """Keep what opens them where the configuration refers to, and nowhere else."""
        routing = msgspec.json.encode({"routing_key": self._routing_key}).decode()
        kept = {"slack": self._token, "pagerduty": routing, "signing": self._signing}
        for name, value in kept.items():
            cloud.client("secretsmanager").create_secret(
                Name=f"tocsin/{tenant}/{name}", SecretString=value
            )
        for name, value in {"slack-hook": self._hook.url, "mail": self._password}.items():
            cloud.client("ssm").put_parameter(
                Name=f"/tocsin/{tenant}/{name}", Value=value, Type="SecureString"
            )

    def _start(self, stack: ExitStack) -> None:
        self._mail = stack.enter_context(mail_server())
        self._mail.extensions, self._mail.logins = ["AUTH PLAIN"], {_USER: self._password}
        self._add("mail", Mailbox(self._mail))
        workspace = self._add("slack-app", Workspace(self._token))
        self._slack = _serve(stack, workspace.answer, "/api")
        # The path is all that keeps strangers from an incoming webhook.
        path = f"/services/T0DEMO/B0DEMO/{token_hex(12)}"
        hook = self._add("slack-hook", IncomingWebhook(path))
        self._hook = _serve(stack, hook.answer, path)
        events = self._add("pager", Events(self._routing_key))
        self._pagerduty = _serve(stack, events.answer, "/v2/enqueue")
        signed = self._add("webhook", SignedWebhook(self._signing, self._now_s))
        self._webhook = _serve(stack, signed.answer, "/alerts")

    def _add(self, receiver: str, vendor: _Vendor) -> _Vendor:
        vendor.on_received = partial(self._on_received, receiver)
        self._vendors[receiver] = vendor
        return vendor


def _serve(stack: ExitStack, answer: Callable[[Request], Answer], path: str) -> LocalServer:
    server = stack.enter_context(local_server(path))
    server.respond = answer
    return server
