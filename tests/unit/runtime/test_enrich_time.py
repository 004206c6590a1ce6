"""Enrich begins nothing that it may not end before its invocation does."""

from collections.abc import Callable, Sequence

import pytest

from tocsin.pipeline.batch import Delivery, Outcome
from tocsin.pipeline.enrichment.early import BUDGET_S, KEEP_S
from tocsin.pipeline.envelope import VERSION, Envelope, encode
from tocsin.runtime import enrich

# What all else of a portion may take: opening, forwarding, the journal and the marks.
BESIDE_MS = 8000


class Asking:
    """An enrich that only asks whether there is time."""

    def __init__(self) -> None:
        self.had_time: bool | None = None

    def handle(self, _: Sequence[Delivery], now_s: float, has_time: Callable[[], bool]) -> Outcome:
        self.had_time = has_time()
        return Outcome()


class Context:
    """An invocation with so much time left."""

    aws_request_id = "i-1"

    def __init__(self, left_ms: int) -> None:
        self._left_ms = left_ms

    def get_remaining_time_in_millis(self) -> int:
        return self._left_ms


@pytest.mark.parametrize(("more_ms", "has_time"), [(-1, False), (1, True)])
def test_time_is_kept_for_early_stages_that_take_all_of_theirs(
    more_ms: int, has_time: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = Asking()
    monkeypatch.setattr(enrich, "_enrich", lambda: asking)
    message = encode(Envelope(v=VERSION, kind="raw", id="a", tenant="acme", at_s=0.0))
    event = {"Records": [{"messageId": "a", "body": message.body}]}
    enrich.handler(event, Context(BESIDE_MS + int((BUDGET_S + KEEP_S) * 1000) + more_ms))
    assert asking.had_time is has_time
