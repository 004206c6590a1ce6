"""Whom a step of a policy reaches, and the groups in which they hear of it.

Each step of a policy has groups of its own, one for each receiver and the group labels of the
route: what it tells stands apart from what the route tells, and is told at once. Routes that lead
one alert to the same policy under the same labels share them, so that nobody is told twice.
"""

from collections.abc import Iterator, Sequence

import msgspec

from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import ConfigurationError
from tocsin.domain.escalation import Climb, EscalationStep
from tocsin.domain.group import ROOT, GroupKey
from tocsin.domain.oncall_turns import on_call
from tocsin.domain.routing import integrations_of, receiver_of

NOBODY = "it reaches nobody"
# Begins the step. Places of routes end with a brace.
_MARK = "@"


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """The receivers that a step tells, and who was on call; `reason` says what went wrong."""

    receivers: tuple[str, ...]
    people: tuple[str, ...] = ()
    reason: str = ""


def reached_by(step: EscalationStep, config: TenantConfig, at_s: float) -> Reached:
    """Return whom a step reaches at a time, by the configuration of that moment."""
    people: dict[str, None] = {}
    problems: list[str] = []
    for name in step.schedules:
        on_duty, problem = _on_duty(config, name, at_s)
        people.update(dict.fromkeys(on_duty))
        problems += [problem] if problem else []
    names = [*step.receivers, *(name for each in people for name in config.people.get(each, ()))]
    receivers = tuple(_told(config, names))
    problems += [] if receivers else [NOBODY]
    return Reached(receivers=receivers, people=tuple(people), reason="; ".join(problems))


def step_place(policy: str, index: int) -> str:
    """Return what stands for the route in the groups of a step, counted from 0, of a policy."""
    return f"{ROOT}{_MARK}{policy}/{index + 1}"


def is_of_step(key: GroupKey) -> bool:
    """Tell whether a group is that of a step."""
    return not key.route.endswith("}")


def reached_groups(key: GroupKey, climb: Climb) -> Iterator[GroupKey]:
    """Yield the groups that an episode of the group `key` has reached."""
    for receiver, route in climb.reached:
        yield msgspec.structs.replace(key, receiver=receiver, route=route)


def _on_duty(config: TenantConfig, name: str, at_s: float) -> tuple[tuple[str, ...], str]:
    schedule = config.schedules.get(name)
    if schedule is None:
        return (), f"there is no schedule {name}"
    try:
        found = on_call(schedule, at_s)
    except ConfigurationError as error:
        return (), f"schedule {name}: {error}"
    return found, "" if found else f"nobody is on call in {name}"


def _told(config: TenantConfig, names: Sequence[str]) -> Iterator[str]:
    """Yield the receivers behind names, each once, without those that tell nobody."""
    behind = (each for name in names for each in integrations_of(config, name))
    for name in dict.fromkeys(behind):
        receiver = receiver_of(config, name)
        if receiver is not None and receiver.kind != "nobody":
            yield name
