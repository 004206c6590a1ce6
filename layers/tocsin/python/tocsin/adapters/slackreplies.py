"""What is said back to who pressed a button in Slack, at the address that came with the press."""

import logging
import re
from typing import TYPE_CHECKING

from tocsin.domain.errors import TocsinError

if TYPE_CHECKING:
    from tocsin.adapters.http import Http

_LOG = logging.getLogger(__name__)
# https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
_ADDRESS = re.compile(r"https://hooks\.slack\.com/[!-\[\]-~]{1,1000}")
_JSON = {"Content-Type": "application/json"}


class SlackReplies:
    """Posts to Slack alone, through the one way out, and once: what is said is not worth a second.

    That way is imported with the first reply, when what was asked for is done.
    """

    def __init__(self, http: "Http | None" = None) -> None:
        self._http = http

    def __call__(self, url: str, body: bytes, timeout_s: float) -> bool:
        """Say something; tell whether Slack took it. It raises nothing, and repeats no address."""
        if _ADDRESS.fullmatch(url) is None:
            _LOG.warning("a press has no address of Slack's for an answer")
            return False
        try:
            answer = self._way_out().post(url, body, _JSON, timeout_s)
        except TocsinError as error:
            _LOG.warning("a press was not answered: %s", error)
            return False
        # Whatever goes wrong here must not undo what was pressed.
        except Exception as error:  # noqa: BLE001
            _LOG.warning("a press was not answered: %s", type(error).__name__)
            return False
        if not 200 <= answer.status < 300:
            _LOG.warning("a press was not answered: HTTP %d from Slack", answer.status)
            return False
        return True

    def _way_out(self) -> "Http":
        if self._http is None:
            from tocsin.adapters.http import Http

            self._http = Http()
        return self._http
