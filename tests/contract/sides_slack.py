"""Slack: an incoming webhook, which shows whatever comes as a new message."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.builders import receiver
from tests.contract import slackschema
from tests.contract.httpside import HttpSide
from tests.contract.localserver import Answer, local_server
from tests.contract.seen import Seen

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

    def seen(self) -> Sequence[Seen]:
        return [
            Seen(id=str(place), text=slackschema.text(body), is_over=slackschema.is_over(body))
            for place, body in enumerate(self.bodies())
        ]

    def faults(self) -> Iterator[str]:
        for body in self.bodies():
            yield from slackschema.faults(body, slackschema.WEBHOOK_FIELDS)


@contextmanager
def webhook_side() -> Iterator[WebhookSide]:
    with local_server() as server:
        yield WebhookSide(server, receiver(kind="slack", url=server.url))
