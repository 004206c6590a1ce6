"""Bugs to plant in escalation; those of the chaos proof are among them."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.chaos.climbmutants import PLANTED as PLANTED_IN_CHAOS
from tocsin.domain import climbing, grouping
from tocsin.pipeline import escalating

Patch = pytest.MonkeyPatch


def _timers_are_forgotten(patch: Patch) -> None:
    patch.setattr(grouping, "due_climbs", lambda _: ())


def _a_snooze_stands_for_good(patch: Patch) -> None:
    put_off = climbing._put_off

    def until_it_ends(member: Any, *args: Any) -> Any:
        waiting = put_off(member, *args)
        if waiting is None or not member.snoozed_until_s:
            return waiting
        return climbing._moved(waiting, due_at_s=member.snoozed_until_s)

    patch.setattr(climbing, "_put_off", until_it_ends)


def _a_snooze_keeps_nothing_back(patch: Patch) -> None:
    patch.setattr(climbing, "_put_off", lambda *_: None)


def _what_is_given_back_stays_where_it_is(patch: Patch) -> None:
    patch.setattr(climbing, "_resumed", lambda member, *_: member)


def _each_delay_counts_from_when_the_step_was_due(patch: Patch) -> None:
    step = climbing._step

    def as_planned(member: Any, group: Any, policy: Any, at: Any, ascent: Any) -> Any:
        due_at_s = member.climb.due_at_s
        taken = step(member, group, policy, at, ascent)
        if taken.climb.due_at_s is None:
            return taken
        return climbing._moved(taken, due_at_s=due_at_s + taken.climb.due_at_s - ascent.now_s)

    patch.setattr(climbing, "_step", as_planned)


def _a_new_episode_goes_on_from_the_step_before(patch: Patch) -> None:
    climbed = climbing.climbed

    def go_on(before: Any, member: Any, *args: Any) -> Any:
        if before is not None and before.climb is not None and member.climb is None:
            member = msgspec.structs.replace(member, climb=before.climb)
        return climbed(before, member, *args)

    patch.setattr(climbing, "_over", lambda member, *_: member)
    patch.setattr(escalating, "climbed", go_on)


def _a_step_is_told_before_its_alert_is_stored(patch: Patch) -> None:
    """Forget in the alert's own group that a step was taken, as if only the first write counted."""
    climbed = climbing.climbed

    def forgotten(before: Any, member: Any, group: Any, ascent: Any) -> Any:
        moved = climbed(before, member, group, ascent)
        is_taken = bool(ascent.rungs) and member.climb is not None
        return member if is_taken else moved

    patch.setattr(escalating, "climbed", forgotten)


def _a_shorter_policy_begins_no_further_round(patch: Patch) -> None:
    next_step = climbing.next_step

    def within(policy: Any, climb: Any) -> Any:
        is_within = climb.step <= len(policy.steps)
        return next_step(policy, climb) if is_within else None

    patch.setattr(climbing, "next_step", within)


def _a_policy_that_is_taken_away_goes_on(patch: Patch) -> None:
    climbed = climbing.climbed

    def go_on(before: Any, member: Any, group: Any, ascent: Any) -> Any:
        is_kept = ascent.policy is None and member.status == "firing"
        return member if is_kept else climbed(before, member, group, ascent)

    patch.setattr(escalating, "climbed", go_on)


PLANTED_IN_POLICIES = (
    _a_shorter_policy_begins_no_further_round,
    _a_policy_that_is_taken_away_goes_on,
)
PLANTED: tuple[Callable[[Patch], None], ...] = (
    *PLANTED_IN_CHAOS,
    _timers_are_forgotten,
    _a_snooze_stands_for_good,
    _a_snooze_keeps_nothing_back,
    _what_is_given_back_stays_where_it_is,
    _each_delay_counts_from_when_the_step_was_due,
    _a_new_episode_goes_on_from_the_step_before,
    _a_step_is_told_before_its_alert_is_stored,
)
