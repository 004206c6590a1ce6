"""Bugs to plant in enrichment: what its scenarios must notice, by their names."""

from collections.abc import Callable
from typing import Any

import pytest

from tocsin.domain import intent
from tocsin.domain.errors import Permanent
from tocsin.domain.group import Outcome, Step, Told
from tocsin.pipeline import evaluate
from tocsin.pipeline.enrich import Enrich
from tocsin.pipeline.enrichment import investigating
from tocsin.pipeline.enrichment.early import Early

Patch = pytest.MonkeyPatch
Plant = Callable[[Patch], None]


def _findings_that_come_too_late_fail_their_batch(patch: Patch) -> None:
    apply = evaluate.apply_findings

    def apply_or_fail(applied: Any, found: Any, *args: Any, **named: Any) -> Any:
        current = {member.fired_by for member in applied.group.members.values()}
        if any(change.source not in current for change in found):
            raise Permanent("nobody waits for this")
        return apply(applied, found, *args, **named)

    patch.setattr(evaluate, "apply_findings", apply_or_fail)


def _cases_are_sent_before_people_are_told(patch: Patch) -> None:
    """A failing send of cases keeps the batch from its pokes."""
    poke, send = evaluate.Evaluate._poke, evaluate.send_cases
    late: list[Any] = []

    def poke_later(self: Any, *args: Any) -> None:
        late.append((self, args))

    def send_first(*args: Any) -> None:
        poked, late[:] = list(late), []
        send(*args)
        for evaluator, arguments in poked:
            poke(evaluator, *arguments)

    patch.setattr(evaluate.Evaluate, "_poke", poke_later)
    patch.setattr(evaluate, "send_cases", send_first)


def _what_failed_is_not_kept(patch: Patch) -> None:
    patch.setattr(investigating.Investigate, "_keep", lambda *_: None)
    patch.setattr(Early, "keep", lambda *_: [])


def _what_failed_closed_is_marked_as_sent(patch: Patch) -> None:
    """Sent again, it passes for a repeat of itself."""
    enriched = Enrich._enriched

    def enriched_and_marked(
        self: Any, tenant: str, opened: Any, forward: Any, fresh: Any, *rest: Any
    ) -> Any:
        before = dict(fresh)
        result = enriched(self, tenant, opened, forward, fresh, *rest)
        fresh.update(before)
        return result

    patch.setattr(Enrich, "_enriched", enriched_and_marked)


def _an_update_has_the_key_of_what_was_told_before(patch: Patch) -> None:
    patch.setattr(intent, "_anew", lambda _: ())


def _nobody_notes_that_an_update_was_told(patch: Patch) -> None:
    def forgetful(step: Step, outcome: Outcome, by: str = "", since_s: float = 0.0) -> Told:
        return Told(step.episode, step.step, outcome, by, step.round, since_s=since_s)

    patch.setattr(intent, "told_of", forgetful)


# By the scenario that notices them, and the stage whose faults reveal it; undisturbed unless said.
PLANTED: tuple[tuple[Plant, str, str], ...] = (
    (_findings_that_come_too_late_fail_their_batch, "enriched", ""),
    (_cases_are_sent_before_people_are_told, "failing_open", "evaluate"),
    (_an_update_has_the_key_of_what_was_told_before, "updated", ""),
    (_nobody_notes_that_an_update_was_told, "updated", ""),
    (_what_failed_is_not_kept, "failing_open", ""),
    (_what_failed_closed_is_marked_as_sent, "failing_closed", ""),
)
