"""From an SQS event to a partial batch response."""

from collections.abc import Callable, Sequence
from typing import Any

from tocsin.domain.errors import Permanent
from tocsin.pipeline.batch import Delivery, Outcome
from tocsin.pipeline.envelope import VERSION, Envelope, encode
from tocsin.runtime import observability
from tocsin.runtime.worker import run

SENT = "Bearer s3cret"


class Context:
    aws_request_id = "i-1"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


class Log:
    """A logger that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[Any] = []

    def error(self, *what: Any, **more: Any) -> None:
        self.lines.append((what, more))

    warning = error


def _event(*names: str) -> dict[str, Any]:
    envelopes = [
        Envelope(v=VERSION, kind="raw", id=name, tenant="acme", at_s=0.0) for name in names
    ]
    return {"Records": [{"messageId": each.id, "body": encode(each).body} for each in envelopes]}


def _failed(answer: dict[str, Any]) -> list[str]:
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def test_success_is_an_empty_list() -> None:
    answer = run(_event("a"), Context(), lambda *_: Outcome(), 1000)
    assert answer == {"batchItemFailures": []}


def test_failed_messages_come_back_and_no_others() -> None:
    def stage(deliveries: Sequence[Delivery], _: Callable[[], bool]) -> Outcome:
        outcome = Outcome()
        outcome.fail([deliveries[1]], Permanent("no"))
        return outcome

    assert _failed(run(_event("a", "b", "c"), Context(), stage, 1000)) == ["b"]


def test_a_message_that_is_no_envelope_fails_alone() -> None:
    event = _event("a")
    event["Records"].append({"messageId": "bad", "body": "{}"})
    seen: list[str] = []

    def stage(deliveries: Sequence[Delivery], _: Callable[[], bool]) -> Outcome:
        seen.extend(delivery.message_id for delivery in deliveries)
        return Outcome()

    assert _failed(run(event, Context(), stage, 1000)) == ["bad"]
    assert seen == ["a"]


def test_an_envelope_of_a_later_version_waits_for_code_that_knows_it() -> None:
    event = _event("a")
    event["Records"][0]["body"] = event["Records"][0]["body"].replace('"v":1', '"v":3')
    assert _failed(run(event, Context(), lambda *_: Outcome(), 1000)) == ["a"]


def test_a_message_that_breaks_the_stage_does_not_take_its_mates_along() -> None:
    done: list[str] = []

    def stage(deliveries: Sequence[Delivery], _: Callable[[], bool]) -> Outcome:
        if any(delivery.message_id == "poison" for delivery in deliveries):
            raise ZeroDivisionError
        done.extend(delivery.message_id for delivery in deliveries)
        outcome = Outcome()
        outcome.count("alerts", len(deliveries))
        return outcome

    assert _failed(run(_event("a", "poison", "b"), Context(), stage, 1000)) == ["poison"]
    assert done == ["a", "b"]


def test_an_unforeseen_error_does_not_quote_what_the_sender_sent(monkeypatch: Any) -> None:
    log = Log()
    monkeypatch.setattr(observability, "logger", lambda: log)

    def stage(*_: Any) -> Outcome:
        raise KeyError(SENT)

    run(_event("a"), Context(), stage, 1000)
    assert "KeyError" in repr(log.lines)
    assert SENT not in repr(log.lines)


def test_the_stage_is_told_when_its_time_is_up() -> None:
    answers: list[bool] = []

    def stage(_: Sequence[Delivery], has_time: Callable[[], bool]) -> Outcome:
        answers.append(has_time())
        return Outcome()

    run(_event("a"), Context(), stage, 29_000)
    run(_event("a"), Context(), stage, 30_000)
    assert answers == [True, False]


def test_a_quiet_invocation_writes_one_line(capsys: Any) -> None:
    run(_event("a"), Context(), lambda *_: Outcome(counts={"alerts": 3}), 1000)
    (line,) = capsys.readouterr().out.splitlines()
    assert '"alerts":[3.0]' in line
    assert "acme" not in line


def test_warnings_are_one_line(monkeypatch: Any) -> None:
    log = Log()
    monkeypatch.setattr(observability, "logger", lambda: log)
    outcome = Outcome(warnings=["acme is left alone: HTTP 503 from receiver oncall"])
    answer = run(_event("a"), Context(), lambda *_: outcome, 1000)
    assert answer == {"batchItemFailures": []}
    ((_, more),) = log.lines
    assert more["extra"]["warnings"] == outcome.warnings
