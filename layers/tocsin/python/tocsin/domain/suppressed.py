"""The record of a step that is settled without being told."""

from collections.abc import Iterable, Iterator

from tocsin.domain.group import Group, Step, alert_of
from tocsin.domain.journal import DeliveryRecord


def suppressed(
    group: Group, step: Step, sources: Iterable[str], reason: str, at_s: float
) -> Iterator[DeliveryRecord]:
    """Yield the record of a step that is settled unsent, for each accepted alert behind it."""
    for source in sources:
        if source:
            yield DeliveryRecord(
                source=source,
                fingerprint=alert_of(step.fingerprint),
                episode=step.episode,
                step=step.step,
                receiver=group.key.receiver,
                group=group.key.id,
                outcome="suppressed",
                reason=reason,
                at_s=at_s,
            )
