"""Bugs to plant in the pace of receivers and in their digests."""

from collections.abc import Callable
from typing import Any

import pytest

from tocsin.adapters.memory import MemoryGroups
from tocsin.domain import decision, pace
from tocsin.domain.handedover import Standing
from tocsin.pipeline import intents, looking, pacing

Patch = pytest.MonkeyPatch


def _handed_over_without_an_intent(patch: Patch) -> None:
    intend = MemoryGroups.intend

    def forget(self: Any, group: Any, intent: Any) -> None:
        if not intent.digests:
            intend(self, group, intent)

    patch.setattr(MemoryGroups, "intend", forget)


def _an_end_overtakes_the_digest(patch: Patch) -> None:
    patch.setattr(looking, "is_behind", lambda *_: False)
    patch.setattr(pacing, "has_news", lambda _: False)


def _a_limit_that_nobody_counts(patch: Patch) -> None:
    patch.setattr(pace, "next_at_s", lambda _, __, now_s: now_s)


def _a_digest_ends_what_its_group_ended(patch: Patch) -> None:
    patch.setattr(decision, "_is_ended_elsewhere", lambda *_: False)


def _what_fires_anew_takes_the_place_of_an_end(patch: Patch) -> None:
    patch.setattr(decision, "_believed", lambda _, told: told)


def _retries_take_no_turn(patch: Patch) -> None:
    patch.setattr(pacing.Pacing, "written_turn", lambda *_: pace.GO)


def _a_group_speaks_of_what_its_digest_has(patch: Patch) -> None:
    patch.setattr(looking, "standing", lambda *_: Standing())


def _nobody_hears_what_a_digest_told(patch: Patch) -> None:
    patch.setattr(looking, "hear", lambda *_: False)


def _a_reminder_that_nobody_took_counts(patch: Patch) -> None:
    patch.setattr(intents, "settle_ends", lambda _, told, *__: told)


PLANTED_IN_PACES: tuple[tuple[str, Callable[[Patch], None]], ...] = (
    ("stormy", _handed_over_without_an_intent),
    ("stormy", _an_end_overtakes_the_digest),
    ("stormy", _a_limit_that_nobody_counts),
    ("drained", _a_digest_ends_what_its_group_ended),
    ("stormy", _what_fires_anew_takes_the_place_of_an_end),
    ("stormy", _retries_take_no_turn),
    ("stormy", _a_group_speaks_of_what_its_digest_has),
    ("stormy", _nobody_hears_what_a_digest_told),
    ("redriven", _a_reminder_that_nobody_took_counts),
)
