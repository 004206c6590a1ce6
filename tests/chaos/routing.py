"""Groups that wait, and alerts that may not be told for a while."""

from tests.builders import route
from tests.chaos.records import Excuse
from tests.chaos.tenants import acme
from tests.chaos.world import World
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.silences import DynamoSilences
from tocsin.domain.config import Timing
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.matchers import parse_matcher
from tocsin.domain.silence import Silence

WAIT_S = 30.0
INTERVAL_S = 300.0
_WAITING = Timing(group_wait_s=WAIT_S, group_interval_s=INTERVAL_S)
_DISK = (parse_matcher('alertname="disk"'),)


def waits(world: World) -> None:
    """A group waits for its first look and for the next, and is told whole."""
    world.add_tenant("acme", acme(route=route(timing=_WAITING)))
    world.post("acme", ("disk", "firing"))
    world.let_pass(10.0)
    world.post("acme", ("cpu", "firing"))
    world.converge()
    world.post("acme", ("memory", "firing"))
    world.let_pass(5.0)
    world.post("acme", ("disk", "resolved"))
    world.converge()
    world.post("acme", ("cpu", "resolved"), ("memory", "resolved"))
    world.converge()


def silenced(world: World) -> None:
    """An alert fires while it is silenced; another that was told ends while it is."""
    world.add_tenant("acme", acme(route=route()))
    world.post("acme", ("cpu", "firing"))
    world.converge()
    until_s = world.clock.true_s + 600.0
    _silence(world, until_s)
    world.advance(10.0)
    world.post("acme", ("disk", "firing"), ("cpu", "resolved"))
    _excuse(world, "disk", until_s)
    world.let_pass(660.0)
    world.converge()
    world.post("acme", ("disk", "resolved"))
    world.converge()


def inhibited(world: World) -> None:
    """An alert is kept back while others fire from which it follows, in groups of their own."""
    rule = InhibitRule(
        source_matchers=(parse_matcher('alertname=~"cpu|memory"'),), target_matchers=_DISK
    )
    world.add_tenant("acme", acme(inhibit_rules=(rule,)))
    world.post("acme", ("cpu", "firing"), ("memory", "firing"))
    world.converge()
    world.post("acme", ("disk", "firing"))
    world.let_pass(300.0)
    world.post("acme", ("cpu", "resolved"), ("memory", "resolved"))
    _excuse(world, "disk", world.clock.true_s)
    world.converge()


def rerouted(world: World) -> None:
    """A route is edited while what it led to fires: it is not told again, and ends there."""
    world.add_tenant("acme", acme(route=route(routes=(route("oncall", 'alertname="disk"'),))))
    world.post("acme", ("disk", "firing"))
    world.converge()
    edited = route(routes=(route("oncall", 'alertname=~"disk|cpu"'),))
    world.configure(acme(route=edited))
    world.stall(40.0)
    world.post("acme", ("disk", "firing"), ("cpu", "firing"))
    world.converge()
    world.post("acme", ("disk", "resolved"))
    world.converge()


def _silence(world: World, until_s: float) -> None:
    silences = DynamoSilences(aws.client("dynamodb"), world.table("CONTROL_TABLE"))
    wanted = Silence(
        id=world.name("silence"),
        matchers=(parse_matcher('alertname=~"disk|cpu"'),),
        starts_at_s=world.clock.true_s,
        ends_at_s=until_s,
        updated_at_s=world.clock.true_s,
    )
    silences.write("acme", [wanted], until_s)


def _excuse(world: World, name: str, until_s: float) -> None:
    world.excuses.append(Excuse(from_s=0.0, until_s=until_s, tenant="acme", alert=name))
