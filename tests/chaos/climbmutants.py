"""Bugs to plant in escalation, all of which the scenario `escalating` must notice."""

from typing import Any

import pytest

from tocsin.domain import climbing, decision
from tocsin.pipeline import escalating

Patch = pytest.MonkeyPatch
_HOUR_S = 3600.0


def _acknowledged_alerts_climb_on(patch: Patch) -> None:
    halted = climbing._halted

    def unless_acknowledged(member: Any, group: Any, ascent: Any, reason: str) -> Any:
        if reason.startswith("acknowledged"):
            return climbing._go_up(member, group, ascent.policy, ascent)
        return halted(member, group, ascent, reason)

    patch.setattr(climbing, "_halted", unless_acknowledged)


def _a_step_is_taken_before_its_time(patch: Patch) -> None:
    is_due = climbing._is_due
    patch.setattr(climbing, "_is_due", lambda member, now_s: is_due(member, now_s + _HOUR_S))


def _steps_hear_of_no_end(patch: Patch) -> None:
    patch.setattr(escalating, "news", lambda *_: ())


def _a_round_tells_nobody_again(patch: Patch) -> None:
    patch.setattr(decision, "is_due_again", lambda *_: False)


PLANTED = (
    _acknowledged_alerts_climb_on,
    _a_step_is_taken_before_its_time,
    _steps_hear_of_no_end,
    _a_round_tells_nobody_again,
)
