"""Slack: an incoming webhook, which shows whatever comes as a new message, and an app."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cli.vendors import slackschema
from cli.vendors.localserver import Answer, LocalServer, Request, local_server
from cli.vendors.slackhook import IncomingWebhook
from cli.vendors.slackworkspace import TOKEN, Workspace, refused
from tests.builders import receiver
from tests.channels import tools
from tests.contract.httpside import HttpSide
from tests.contract.seen import Seen
from tocsin.domain.channels import SlackApp
from tocsin.domain.config import Receiver
from tocsin.domain.secret import Secret

# docs.slack.dev/messaging/formatting-message-text: <!here>, <@U1>, <#C1> and <subteam^S1> work.
# <!date^...> is a time.
_MENTION = re.compile(r"<[@#][^>]*>|<!(?!date\^)[^>]*>")
_LINK = re.compile(r"<(?!https://x\.example/)[a-z]+:[^>]*>")


class SlackSide(HttpSide):
    """What all ways to Slack share: how it reads a message."""

    def live(self) -> Iterator[str]:
        for body in self.bodies():
            yield from slackschema.parsed(body)
            for text in slackschema.mrkdwn(body):
                yield from _MENTION.findall(text)
                yield from _LINK.findall(text)


class WebhookSide(SlackSide):
    # docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, "Handling errors".
    refusal = Answer(status=404, body=b"no_service")

    def __init__(self, server: LocalServer, to: Receiver) -> None:
        super().__init__(server, to)
        self.vendor = IncomingWebhook("/hook/secret")

    def answer(self, request: Request) -> Answer:
        super().answer(request)
        return self.vendor.answer(request)

    def seen(self) -> Sequence[Seen]:
        return [
            Seen(id=str(place), text=slackschema.text(body), is_over=slackschema.is_over(body))
            for place, body in enumerate(self.bodies())
        ]

    def faults(self) -> Iterator[str]:
        for each in self.vendor.received:
            yield from each.faults


@contextmanager
def webhook_side() -> Iterator[WebhookSide]:
    with local_server() as server:
        yield WebhookSide(server, receiver(kind="slack", url=server.url))


class AppSide(SlackSide):
    follows = "under"
    secrets = (TOKEN,)
    refusal = refused("account_inactive")

    def __init__(self, server: LocalServer) -> None:
        app = SlackApp(token=Secret(name="tocsin/acme/slack"), channel="#ops", api_url=server.url)
        super().__init__(server, receiver(kind="slack", url="", settings=app))
        self.tools = tools({"tocsin/acme/slack": TOKEN})
        self.workspace = Workspace()

    def answer(self, request: Request) -> Answer:
        super().answer(request)
        return self.workspace.answer(request)

    def seen(self) -> Sequence[Seen]:
        return [
            Seen(
                id=each.ts,
                text=slackschema.text(each.arguments),
                is_over=slackschema.is_over(each.arguments),
                under=each.thread_ts,
            )
            for each in self.workspace.messages
        ]

    def faults(self) -> Sequence[str]:
        return self.workspace.faults


@contextmanager
def app_side() -> Iterator[AppSide]:
    with local_server() as server:
        yield AppSide(server)
