"""Running stages one after the other, so that none of them can harm another or its alert."""

from collections.abc import Callable, Iterable, Sequence

from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.domain.errors import TocsinError
from tocsin.domain.found import Outcome, StageResult

NO_TIME = "no time was left"
_WHY_LIMIT = 200


def run(
    stages: Iterable[Stage], subject: Subject, draft: Draft, clock_s: Callable[[], float]
) -> list[StageResult]:
    """Let each stage work on the draft; return how each ended. Raises nothing of a stage's.

    `clock_s` measures how long each took, from the end of the one before it, to 0.01 ms. A stage
    for which no time is left is skipped.
    """
    results = []
    began_s = clock_s()
    # When time is up on this clock: asking for what is left before each stage would cost more
    # than most stages take.
    up_s = began_s + subject.left_s()
    for stage in stages:
        if began_s >= up_s:
            results.append(StageResult(stage.name, "skipped", NO_TIME))
            continue
        why, outcome = _ended(stage, subject, draft)
        ended_s = clock_s()
        took_ms = int((ended_s - began_s) * 100_000.0 + 0.5) / 100.0
        results.append(StageResult(stage.name, outcome, why, took_ms))
        began_s = ended_s
    return results


def _ended(stage: Stage, subject: Subject, draft: Draft) -> tuple[str, Outcome]:
    alert, found, findings = draft.alert, draft.found, draft.findings
    try:
        why = stage.run(subject, draft)
    except Exception as error:  # noqa: BLE001 - whatever a stage raises, the others go on
        draft.alert, draft.found, draft.findings = alert, found, findings
        # A stage may keep its error, and must not hold every alert that it failed for.
        error.__traceback__ = None
        return _why(error)[:_WHY_LIMIT], "failed"
    return (why[:_WHY_LIMIT], "skipped") if why else ("", "ok")


def failed(results: Sequence[StageResult]) -> tuple[str, ...]:
    """Return the names of the stages that failed."""
    return tuple(each.stage for each in results if each.outcome == "failed")


def _why(error: Exception) -> str:
    """Say what went wrong without the words of a library, which may quote a secret."""
    if isinstance(error, TocsinError):
        return f"{type(error).__name__}: {error}"
    return type(error).__name__
