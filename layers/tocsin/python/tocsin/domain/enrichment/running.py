"""Running stages one after the other, so that none of them can harm another or its alert."""

from collections.abc import Callable, Iterable, Sequence

from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.domain.errors import TocsinError
from tocsin.domain.found import Outcome, StageResult

_WHY_LIMIT = 200


def run(
    stages: Iterable[Stage], subject: Subject, draft: Draft, clock_s: Callable[[], float]
) -> list[StageResult]:
    """Let each stage work on the draft; return how each ended. Raises nothing of a stage's.

    `clock_s` only measures. A stage for which no time is left is skipped.
    """
    return [_ran(stage, subject, draft, clock_s) for stage in stages]


def _ran(stage: Stage, subject: Subject, draft: Draft, clock_s: Callable[[], float]) -> StageResult:
    if subject.left_s() <= 0.0:
        return StageResult(stage.name, "skipped", "no time was left")
    alert, found, findings = draft.alert, draft.found, draft.findings
    began_s = clock_s()
    try:
        why = stage.run(subject, draft)
        outcome: Outcome = "skipped" if why else "ok"
    except Exception as error:  # noqa: BLE001 - whatever a stage raises, the others go on
        draft.alert, draft.found, draft.findings = alert, found, findings
        why, outcome = _why(error), "failed"
    took_ms = round((clock_s() - began_s) * 1000.0, 2)
    return StageResult(stage.name, outcome, why[:_WHY_LIMIT], took_ms)


def failed(results: Sequence[StageResult]) -> tuple[str, ...]:
    """Return the names of the stages that failed."""
    return tuple(each.stage for each in results if each.outcome == "failed")


def _why(error: Exception) -> str:
    """Say what went wrong without the words of a library, which may quote a secret."""
    if isinstance(error, TocsinError):
        return f"{type(error).__name__}: {error}"
    return type(error).__name__
