"""Early enrichment of what goes on: what an alert is that has no time left, open and closed."""

from collections.abc import Callable, Sequence

import msgspec
import pytest

from tests.builders import change, config
from tocsin.adapters.memory import MemoryFailedEnrichments
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.pipeline.enrichment.early import Early


class Clock:
    """A clock that stages turn on."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Slow:
    """A stage that takes three seconds, and changes more than it may."""

    name = "redact"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def run(self, subject: Subject, draft: Draft) -> str:
        self._clock.now_s += 3.0
        draft.alert = msgspec.structs.replace(
            draft.alert,
            name="other",
            severity="low",
            labels={"alertname": "other"},
            annotations={"summary": "[redacted:credential]"},
        )
        return "" if draft.alert.url else "it has no link"


class OneStage:
    """The same stage for every tenant."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def of(self, config: TenantConfig) -> Sequence[Stage]:
        return [self._stage]


@pytest.fixture
def early() -> Callable[..., Early]:
    def make(**more: bool) -> Early:
        clock = Clock()
        return Early(OneStage(Slow(clock)), MemoryFailedEnrichments(), clock, **more)

    return make


CHANGES = [change(f"A{each}", source=f"s{each}", url="https://x.example") for each in range(3)]


def test_an_alert_for_which_no_time_is_left_goes_on_as_it_is(early) -> None:
    found = early().run(config(), CHANGES)
    outcomes = [each.alert.enrichment.stages[0].outcome for each in found.changes]
    assert outcomes == ["ok", "ok", "skipped"]
    assert found.changes[2].alert.annotations == CHANGES[2].alert.annotations
    assert found.failed == {}


def test_failing_closed_it_does_not_since_nothing_was_done_to_its_texts(early) -> None:
    found = early(fails_closed=True).run(config(), CHANGES)
    assert list(found.failed) == ["s2"]
    assert found.failed["s2"][0].why == "no time was left"


def test_failing_closed_a_stage_that_had_nothing_to_do_is_none_that_failed(early) -> None:
    nothing = [change(url="")]
    found = early(fails_closed=True).run(config(), nothing)
    assert found.changes[0].alert.enrichment.stages[0].outcome == "skipped"
    assert found.failed == {}


def test_no_stage_changes_what_tells_alerts_apart_or_leads_them_to_people(early) -> None:
    (after,) = early().run(config(), CHANGES[:1]).changes
    before = CHANGES[0].alert
    assert after.alert.annotations == {"summary": "[redacted:credential]"}
    assert (after.alert.name, after.alert.severity) == (before.name, before.severity)
    assert after.alert.labels == before.labels
    assert (after.source, after.fingerprint) == ("s0", CHANGES[0].fingerprint)
