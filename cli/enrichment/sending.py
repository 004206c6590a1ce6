"""Sending cases in batches: each is tried again by itself, and one case spoils no other."""

from collections.abc import Callable, Sequence

import click
import msgspec

from cli.deadletters.text import counted
from cli.migration.patience import Pause, patiently
from tocsin.domain.errors import Permanent
from tocsin.pipeline.cases import Case, pack_cases
from tocsin.ports import Blobs, Clock, Outbox

BATCH_SIZE = 100


class Sent(msgspec.Struct):
    """What became of cases: `refused` ones can never be sent, and why the last of them."""

    cases: int = 0
    batches: int = 0
    refused: int = 0
    why: str = ""


class Batches:
    """The cases of one command; `name` tells its messages from those of others."""

    def __init__(self, outbox: Outbox, blobs: Blobs, name: str, clock: Clock, pause: Pause) -> None:
        self._outbox = outbox
        self._blobs = blobs
        self._name = name
        self._clock = clock
        self._pause = pause
        self.sent = Sent()

    def send(
        self,
        tenant: str,
        cases: Sequence[Case],
        told: Callable[[int], None],
        settled: Callable[[int], None] = lambda count: None,
    ) -> None:
        """Send cases, a batch a message; `told` hears how many of each were.

        `settled` hears after each message how many of all cases are sent, or refused beside
        others that were not. Raises Retryable if the queue does not take a batch within some 40
        seconds, and Permanent if it takes no case of one at all; the batches before it are sent.
        """
        for start in range(0, len(cases), BATCH_SIZE):
            batch = cases[start : start + BATCH_SIZE]
            before = self.sent.cases
            self._send_batch(tenant, batch, _beyond(start, settled))
            told(self.sent.cases - before)

    def _send_batch(
        self, tenant: str, batch: Sequence[Case], settled: Callable[[int], None]
    ) -> None:
        try:
            self._try(tenant, batch)
        except Permanent:
            # One of them may be why; the others are not to suffer from it.
            before = self.sent.cases
            for index, case in enumerate(batch, 1):
                self._send_alone(tenant, case)
                if self.sent.cases > before or len(batch) == 1:
                    settled(index)
            if len(batch) > 1 and self.sent.cases == before:
                raise
        else:
            settled(len(batch))

    def _send_alone(self, tenant: str, case: Case) -> None:
        try:
            self._try(tenant, [case])
        except Permanent as error:
            self.sent.refused += 1
            self.sent.why = str(error)

    def _try(self, tenant: str, batch: Sequence[Case]) -> None:
        name = f"{self._name}.{self.sent.batches}"

        def send() -> None:
            messages = pack_cases(tenant, batch, name, self._clock(), self._blobs)
            self._outbox.send("investigate", list(messages))

        patiently(send, self._pause)
        self.sent.batches += 1
        self.sent.cases += len(batch)


def _beyond(start: int, settled: Callable[[int], None]) -> Callable[[int], None]:
    return lambda count: settled(start + count)


def end(batches: Batches | None) -> None:
    """End the command with an error if something could not be sent."""
    if batches is not None and batches.sent.refused:
        refused = counted(batches.sent.refused, "alert")
        raise click.ClickException(f"{refused} could not be sent: {batches.sent.why}")
