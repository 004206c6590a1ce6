"""Bugs to plant in what is told to receivers that keep incidents."""

from collections.abc import Callable
from typing import Any

import pytest

from tocsin.domain import acknowledgement, flush, intent
from tocsin.domain.reminding import with_unsaid
from tocsin.pipeline import acknowledging, looking

Patch = pytest.MonkeyPatch


def _one_of_several_is_enough(patch: Patch) -> None:
    def any_of_them(members: Any, told: Any) -> bool:
        return any(members[step.fingerprint].is_acknowledged for step in _open(members, told))

    for module in (acknowledging, flush):
        patch.setattr(module, "is_acknowledged", any_of_them)


def _open(members: Any, told: Any) -> list[Any]:
    return list(acknowledgement.open_steps(members, told))


def _nobody_hears_that_it_is_in_hand(patch: Patch) -> None:
    patch.setattr(looking, "with_acknowledgement", lambda _, __, looked: looked)


def _an_acknowledgement_is_a_reminder(patch: Patch) -> None:
    acknowledged = acknowledgement.acknowledged

    def reminding(told: Any, told_by: Any, outcome: Any) -> Any:
        return with_unsaid(acknowledged(told, told_by, outcome), told_by)

    patch.setattr(intent, "acknowledged", reminding)


PLANTED_IN_INCIDENTS: tuple[tuple[str, Callable[[Patch], None]], ...] = (
    ("incidents", _one_of_several_is_enough),
    ("incidents", _nobody_hears_that_it_is_in_hand),
    ("incidents", _an_acknowledgement_is_a_reminder),
)
