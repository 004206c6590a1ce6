"""What the emulator leaves out is done by calls that AWS would understand as well."""

from io import BytesIO
from threading import Event

import pytest
from click import ClickException

from cli.localcloud.failures import told_plainly
from cli.localcloud.polling import TimedOutError, wait_until
from cli.localcloud.seams import (
    FunctionFailedError,
    Ticker,
    enable_ttl,
    invoke,
    limit_concurrency,
)


class FakeTarget:
    """Records calls; `answers` by operation."""

    def __init__(self, **answers):
        self.calls = []
        self.answers = answers
        self.called = Event()

    def resource(self, logical_id):
        return f"stack-{logical_id}"

    def client(self, service):
        return self

    def __getattr__(self, operation):
        def call(**arguments):
            self.calls.append((operation, arguments))
            self.called.set()
            return self.answers.get(operation, {})

        return call


def test_every_table_that_forgets_gets_its_ttl():
    target = FakeTarget()

    enable_ttl(target)

    assert [(c["TableName"], c["TimeToLiveSpecification"]) for _, c in target.calls] == [
        (f"stack-{name}Table", {"AttributeName": "expires_at_s", "Enabled": True})
        for name in (
            "Fingerprint",
            "Group",
            "Journal",
            "Breaker",
            "Seen",
            "Metric",
            "Enrichment",
            "Control",
        )
    ]


def test_concurrency_that_arrived_as_text_becomes_a_number():
    mappings = [
        {"UUID": "1", "ScalingConfig": {"MaximumConcurrency": "2"}},
        {"UUID": "2"},
    ]
    target = FakeTarget(list_event_source_mappings={"EventSourceMappings": mappings})

    limit_concurrency(target)

    assert target.calls[1:] == [
        (
            "update_event_source_mapping",
            {"UUID": "1", "ScalingConfig": {"MaximumConcurrency": 2}},
        )
    ]


def test_a_function_that_cannot_even_start_is_named():
    answer = {"FunctionError": "Unhandled", "Payload": BytesIO(b"No module named 'x'")}

    with pytest.raises(FunctionFailedError, match="EnrichFunction does not work: No module"):
        invoke(FakeTarget(invoke=answer), "EnrichFunction", b"{}")


def test_the_ticker_goes_on_after_a_failure_and_stops_when_told():
    answer = {"FunctionError": "Unhandled", "Payload": BytesIO(b"")}
    target = FakeTarget(invoke=answer)
    ticker = Ticker(target, every_s=0.001, function="LettersFunction")

    ticker.start()
    for _ in range(2):
        assert target.called.wait(10)
        target.called.clear()
    ticker.stop()

    assert len(target.calls) >= 2
    assert {call["FunctionName"] for _, call in target.calls} == {"stack-LettersFunction"}
    assert not ticker.is_running


def test_waiting_ends_with_what_was_waited_for():
    with pytest.raises(TimedOutError, match="not within 0 s: the moon"):
        wait_until(lambda: False, "the moon", 0.0, every_s=0.0)


def test_known_failures_are_told_without_a_traceback():
    with pytest.raises(ClickException, match="the moon"), told_plainly():
        raise TimedOutError("the moon")
