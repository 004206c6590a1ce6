"""From an SQS event to a stage and back to a partial batch response."""

from typing import Any, Protocol

from tocsin.domain.errors import Permanent
from tocsin.pipeline.batch import Delivery, Outcome
from tocsin.pipeline.envelope import decode
from tocsin.runtime.facets import Facet
from tocsin.runtime.isolation import Stage, isolated


class Context(Protocol):
    """What is used of Lambda's context object."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int: ...


def run(event: dict[str, Any], context: Context, stage: Stage, reserve_ms: int) -> dict[str, Any]:
    """Run a stage over the messages of an event.

    `reserve_ms` is how much time must be left to begin another piece of work: a function that
    runs into its limit would give the whole batch back, done or not.
    """
    from tocsin.runtime.observability import flush_counts, log_failures, log_warnings

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > reserve_ms

    deliveries, unreadable = _decode(event)
    outcome = isolated(stage, deliveries, has_time, _broken) if deliveries else Outcome()
    failed = {**unreadable, **outcome.failed}
    if failed:
        outcome.count("messages_failed", len(failed))
        log_failures(failed, deliveries[0].envelope.trace if deliveries else "")
    if outcome.warnings:
        log_warnings(outcome.warnings)
    outcome.count("messages", len(event["Records"]))
    flush_counts(outcome.counts, facets=_facets(outcome))
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}


def _facets(outcome: Outcome) -> list[Facet]:
    """Return what an outcome counts apart, each by the one thing that it is counted by."""
    duplicates = {name: {"provider_duplicates": n} for name, n in outcome.duplicates.items()}
    by_kind = {
        kind: {f"receiver_{name}": value for name, value in counts.items()}
        for kind, counts in outcome.by_kind.items()
    }
    return [
        Facet("provider", duplicates),
        Facet("receiver_kind", by_kind),
        Facet("priority", outcome.waits_ms, "Milliseconds"),
        Facet("model", outcome.by_model),
    ]


def _decode(event: dict[str, Any]) -> tuple[list[Delivery], dict[str, str]]:
    deliveries: list[Delivery] = []
    unreadable: dict[str, str] = {}
    for record in event["Records"]:
        try:
            deliveries.append(Delivery(record["messageId"], decode(record["body"])))
        except Permanent as error:
            unreadable[record["messageId"]] = f"Permanent: {error.reason}"
    return deliveries, unreadable


def _broken(delivery: Delivery, error: Exception) -> None:
    from tocsin.runtime.observability import log_broken

    envelope = delivery.envelope
    log_broken("a message breaks its stage", error, envelope=envelope.id, tenant=envelope.tenant)
