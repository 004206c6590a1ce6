"""An incoming webhook of Slack, which shows whatever comes as a new message.

docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: what is refused is refused with
HTTP 400 or 404 and one word.
"""

from typing import Any

from cli.vendors import slackschema
from cli.vendors.localserver import Answer, Request
from cli.vendors.received import Received, Vendor, digest


class IncomingWebhook(Vendor):
    """The webhook at one path, which is its only secret."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def answer(self, request: Request) -> Answer:
        """Show a message or refuse it, and answer as Slack does."""
        message = slackschema.message(request.body)
        status, word, faults = self._judged(request, message)
        with self.lock:
            self.keep(
                Received(
                    key=digest(request.body),
                    text=word if faults else slackschema.text(message),
                    is_over=not faults and slackschema.is_over(message),
                    faults=faults,
                )
            )
        return Answer(status=status, body=word.encode())

    def _judged(
        self, request: Request, message: dict[str, Any]
    ) -> tuple[int, str, tuple[str, ...]]:
        """Return the status and the word to answer with, and why it is refused."""
        if request.path != self._path:
            return 404, "no_service", ("another path",)
        if not message:
            return 400, "invalid_payload", ("not a JSON object",)
        faults = slackschema.refused_for(message, slackschema.WEBHOOK_FIELDS)
        return (400, "invalid_blocks", faults) if faults else (200, "ok", ())
