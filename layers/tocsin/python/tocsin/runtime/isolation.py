"""One message must not keep its neighbours from their stage."""

from collections.abc import Callable, Sequence

from tocsin.pipeline.batch import Delivery, Outcome

HasTime = Callable[[], bool]
Stage = Callable[[Sequence[Delivery], HasTime], Outcome]
# Says that an error which nobody foresaw came from a message.
Broken = Callable[[Delivery, Exception], None]


def isolated(
    stage: Stage, deliveries: Sequence[Delivery], has_time: HasTime, broken: Broken
) -> Outcome:
    """Run a stage; if it breaks, run it for each message alone, so that one cannot harm others.

    Every effect of a stage may be repeated, so what was already done does no harm.
    """
    try:
        return stage(deliveries, has_time)
    except Exception as error:  # noqa: BLE001 - the one place where a bug becomes a dead letter
        if len(deliveries) == 1:
            broken(deliveries[0], error)
            return Outcome(failed={deliveries[0].message_id: type(error).__name__})
    whole = Outcome()
    for delivery in deliveries:
        whole.add(isolated(stage, [delivery], has_time, broken))
    return whole
