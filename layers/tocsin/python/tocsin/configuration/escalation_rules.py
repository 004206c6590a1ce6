"""What must hold between policies, schedules, people and the receivers that they lead to."""

from collections.abc import Iterator, Sequence

from tocsin.configuration.escalation_conversion import epoch_s
from tocsin.configuration.escalation_models import EscalationPolicy, EscalationStep, Schedule
from tocsin.configuration.findings import Finding
from tocsin.configuration.models import Tenant
from tocsin.configuration.problems import Location
from tocsin.configuration.route_models import Route
from tocsin.configuration.routing_rules import twice

# What a policy of so many steps, repeated so often, would tell is no help to anybody.
TELLINGS_LIMIT = 200


def broken_escalation(tenant: Tenant) -> Iterator[Finding]:
    """Yield what is wrong, and where."""
    yield from twice("policies", (each.name for each in tenant.policies))
    yield from twice("schedules", (each.name for each in tenant.schedules))
    yield from twice("people", (each.name for each in tenant.people))
    if tenant.alertmanager is not None:
        if tenant.policies:
            yield ("policies",), "the routes of an Alertmanager's file name no policy"
        return
    yield from _of_references(tenant)
    if tenant.route is not None:
        names = {policy.name for policy in tenant.policies}
        yield from _of_route(tenant.route, ("route",), names)


def _of_references(tenant: Tenant) -> Iterator[Finding]:
    receivers = {each.name: True for each in tenant.receivers}
    receivers |= {each.name: bool(each.receivers) for each in tenant.receiver_groups}
    for index, person in enumerate(tenant.people):
        location = ("people", index, "receivers")
        yield from _unknown("receiver", person.receivers, receivers, location)
    people = {person.name for person in tenant.people}
    for index, schedule in enumerate(tenant.schedules):
        for below, message in _of_schedule(schedule, people):
            yield ("schedules", index, *below), message
    schedules = {each.name for each in tenant.schedules}
    for index, policy in enumerate(tenant.policies):
        for below, message in _of_policy(policy, receivers, schedules):
            yield ("policies", index, *below), message


def _unknown(
    what: str, names: Sequence[str], known: object, location: Location
) -> Iterator[Finding]:
    assert isinstance(known, set | dict)
    for place, name in enumerate(names):
        if name not in known:
            yield (*location, place), f"there is no {what} {name!r}"


def _of_schedule(schedule: Schedule, people: set[str]) -> Iterator[Finding]:
    yield from twice("layers", (layer.name for layer in schedule.layers))
    for index, layer in enumerate(schedule.layers):
        yield from _unknown("person", layer.people, people, ("layers", index, "people"))
    for index, override in enumerate(schedule.overrides):
        if override.person not in people:
            yield ("overrides", index, "person"), f"there is no person {override.person!r}"
        zone = schedule.time_zone
        if epoch_s(override.starts, zone) >= epoch_s(override.until, zone):
            yield ("overrides", index, "until"), "must be after `from`"


def _of_policy(
    policy: EscalationPolicy, receivers: dict[str, bool], schedules: set[str]
) -> Iterator[Finding]:
    for index, step in enumerate(policy.steps):
        location = ("steps", index)
        yield from _unknown("receiver", step.receivers, receivers, (*location, "receivers"))
        yield from _unknown("schedule", step.schedules, schedules, (*location, "schedules"))
        if not _reaches_anybody(step, receivers):
            yield location, "reaches nobody; name receivers or schedules"
    if len(policy.steps) * (1 + policy.repeat) > TELLINGS_LIMIT:
        yield ("repeat",), f"more than {TELLINGS_LIMIT} steps with all repeats"


def _reaches_anybody(step: EscalationStep, receivers: dict[str, bool]) -> bool:
    return bool(step.schedules) or any(receivers.get(name, True) for name in step.receivers)


def _of_route(route: Route, location: Location, policies: set[str]) -> Iterator[Finding]:
    if route.policy and route.policy not in policies:
        yield (*location, "policy"), f"there is no policy {route.policy!r}"
    for index, child in enumerate(route.routes):
        yield from _of_route(child, (*location, "routes", index), policies)
