"""Links and buttons of notifications: as on AWS, under a key that lies beside the data."""

import os
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex

from cli.onemachine.logs import log
from cli.onemachine.stores import Stores
from tocsin.adapters.aws import client
from tocsin.adapters.secrets import KeptSecrets
from tocsin.adapters.slackreplies import SlackReplies
from tocsin.domain.errors import ConfigurationError, TocsinError
from tocsin.pipeline.pressing import Presses
from tocsin.ports import Clock, Queue
from tocsin.runtime.actions.dispatch import handle, not_now
from tocsin.runtime.actions.ports import ActionPorts
from tocsin.runtime.actions.slack import PATH, SAYS_UNTIL_S, WAITS_S, press
from tocsin.runtime.alertmanager.replies import Reply, plain
from tocsin.runtime.gateway import HttpRequest
from tocsin.runtime.lifecycle.ports import LifecyclePorts

LINK_PREFIXES = ("/v1/actions/", "/v1/slack/")
KEY_FILE = "action.key"
_KEY_BYTES = 32
# What is done is safe by then; the wait is only for those who look at once.
_EFFECT_WAIT_S = 0.5
_STAGE: Sequence[Queue] = ("evaluate-urgent", "evaluate")


def action_key(directory: Path) -> bytes:
    """Return the key of links, and make it where there is none. Raises ConfigurationError."""
    path = directory / KEY_FILE
    try:
        if not path.exists():
            # Whole or not there at all, and nobody else's to read.
            made = path.with_suffix(".new")
            made.unlink(missing_ok=True)
            with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(token_hex(_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            made.replace(path)
        key = path.read_bytes().strip()
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be used: {error.strerror}") from error
    if len(key) < _KEY_BYTES:
        raise ConfigurationError(f"{path} is no key of links: delete it, and another is made")
    return key


class Links:
    """The pages of links, and what Slack sends when somebody presses a button."""

    def __init__(self, stores: Stores, lifecycle: LifecyclePorts, key: bytes, clock: Clock) -> None:
        self._queues = stores.queues
        self._clock = clock
        self._ports = ActionPorts(
            configs=stores.configs,
            presses=Presses(
                groups=stores.groups,
                alerts=lifecycle.alerts,
                silences=stores.silences,
                outbox=lifecycle.outbox,
                blobs=stores.blobs,
            ),
            key=lambda: key,
            secret=KeptSecrets(client, clock),
            reply=SlackReplies(),
        )

    def __call__(self, request: HttpRequest) -> Reply:
        """Answer a request. Raises InvalidInput, or Retryable where the file does not answer."""
        now_s = self._clock()

        def has_time() -> bool:
            return self._clock() < now_s + WAITS_S

        if request.resource == PATH:
            press(
                request, self._ports, now_s, has_time, lambda: now_s + SAYS_UNTIL_S - self._clock()
            )
            return plain(200, "")
        try:
            reply = handle(request, self._ports, now_s, has_time)
        except TocsinError as error:
            # Whoever opened a link in a browser gets a page, with which to try again.
            log("error", "a link cannot be answered", err=error)
            return not_now(request.method)
        if request.method == "POST" and reply.status == 200:
            until_s = self._clock() + _EFFECT_WAIT_S
            self._queues.wait_until_past(_STAGE, self._queues.newest, until_s)
        return reply
