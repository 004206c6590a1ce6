"""Between the models of policies, schedules and people, and what the pipeline uses."""

from datetime import UTC, datetime
from typing import Any

from tocsin.configuration import escalation_models as models
from tocsin.configuration.models import Tenant
from tocsin.domain.config import TenantConfig
from tocsin.domain.duration import format_duration
from tocsin.domain.escalation import EscalationPolicy, EscalationStep
from tocsin.domain.oncall import Layer, Override, Restriction, Schedule
from tocsin.domain.time_interval import zone
from tocsin.domain.week_words import moment_text, parse_local, week_spans
from tocsin.domain.wire import rfc3339

_DAY_S = 86_400


def to_escalation(model: Tenant) -> dict[str, Any]:
    """Return the fields `policies`, `schedules` and `people` of a tenant's configuration."""
    return {
        "policies": {each.name: _policy(each) for each in model.policies},
        "schedules": {each.name: _schedule(each) for each in model.schedules},
        "people": {each.name: tuple(each.receivers) for each in model.people},
    }


def epoch_s(text: str, time_zone: str) -> float:
    """Return a time in epoch seconds; without an offset it is by the clock of a time zone."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone(time_zone) or UTC)).timestamp()


def _policy(model: models.EscalationPolicy) -> EscalationPolicy:
    return EscalationPolicy(
        name=model.name,
        steps=tuple(
            EscalationStep(
                after_s=step.after,
                receivers=tuple(step.receivers),
                schedules=tuple(step.schedules),
            )
            for step in model.steps
        ),
        repeat=model.repeat,
        repeat_after_s=model.repeat_after,
    )


def _schedule(model: models.Schedule) -> Schedule:
    return Schedule(
        name=model.name,
        time_zone=model.time_zone,
        layers=tuple(map(_layer, model.layers)),
        overrides=tuple(
            Override(
                person=each.person,
                from_s=epoch_s(each.starts, model.time_zone),
                until_s=epoch_s(each.until, model.time_zone),
            )
            for each in model.overrides
        ),
    )


def _layer(model: models.Layer) -> Layer:
    days, rest_s = divmod(round(model.turn), _DAY_S)
    return Layer(
        name=model.name,
        people=tuple(model.people),
        starts=parse_local(model.starts),
        turn_days=0 if rest_s else days,
        turn_s=round(model.turn) if rest_s else 0,
        ends="" if model.ends is None else parse_local(model.ends),
        restrictions=tuple(
            Restriction(from_s=from_s, until_s=until_s)
            for each in model.restrictions
            for from_s, until_s in week_spans(each.starts, each.until, tuple(each.weekdays))
        ),
    )


def displayed_escalation(config: TenantConfig) -> dict[str, Any]:
    """Return policies, schedules and people in the words of `tocsin.yaml`."""
    shown: dict[str, Any] = {}
    if config.policies:
        shown["policies"] = [_shown_policy(each) for each in config.policies.values()]
    if config.schedules:
        shown["schedules"] = [_shown_schedule(each) for each in config.schedules.values()]
    if config.people:
        shown["people"] = [
            {"name": name, "receivers": list(receivers)}
            for name, receivers in config.people.items()
        ]
    return shown


def _shown_policy(policy: EscalationPolicy) -> dict[str, Any]:
    return {
        "name": policy.name,
        "steps": [
            {
                "after": format_duration(step.after_s),
                "receivers": list(step.receivers),
                "schedules": list(step.schedules),
            }
            for step in policy.steps
        ],
        "repeat": policy.repeat,
        "repeat_after": format_duration(policy.repeat_after_s),
    }


def _shown_schedule(schedule: Schedule) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": schedule.name,
        "time_zone": schedule.time_zone,
        "layers": [_shown_layer(each) for each in schedule.layers],
    }
    if schedule.overrides:
        shown["overrides"] = [
            {
                "person": each.person,
                "from": rfc3339(each.from_s),
                "until": rfc3339(each.until_s),
            }
            for each in schedule.overrides
        ]
    return shown


def _shown_layer(layer: Layer) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": layer.name,
        "people": list(layer.people),
        "starts": layer.starts,
        "turn": format_duration(layer.turn_days * _DAY_S or layer.turn_s),
    }
    if layer.ends:
        shown["ends"] = layer.ends
    if layer.restrictions:
        shown["restrictions"] = [
            {"from": moment_text(each.from_s), "until": moment_text(each.until_s)}
            for each in layer.restrictions
        ]
    return shown
