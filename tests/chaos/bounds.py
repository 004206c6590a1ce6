"""How long people may have to wait at most, in seconds, from parts that the documents name.

An undisturbed page takes the time of its calls. What delays it beyond that has a part here:
where it had to be found again (a queue, the clock), or was held back on purpose (docs/delivery.md).
"""

from collections.abc import Iterable

from tests.chaos.escalations import DELAY_S
from tests.chaos.faults import CRASHES, TO, Fired, Kind, Site
from tests.chaos.invocation import LIMIT_S
from tests.chaos.pacing import POLICY
from tests.chaos.passing import TICK_S
from tests.chaos.people import BUSY_S
from tests.chaos.queues import ASIDE, VISIBILITY_S

# A few hundred calls of 5 ms.
QUICK_S = 2.0
# What is due waits for the next turn of the clock, and may just have missed one.
TURN_S = TICK_S + QUICK_S
# A message whose worker died or failed comes back.
RETURN_S = VISIBILITY_S + QUICK_S
# A poke that got lost is due again.
GRACE_S = 60.0
# A receiver may take so long for an answer.
SEND_S = 10.0
# A worker that died held its group.
LEASE_S = 45.0
JITTER = 1.1
# The first failure of a notification.
RETRY_S = 1.0 * JITTER + TURN_S
# All that wait for the same receiver are spread; who failed as a probe stands behind them.
SPREAD_S = 5.0
BEHIND_S = 61.0
PAUSE_S = 7.0
# The longest timer of a route, and how often a route without any looks at what is muted.
WAITING_S = 300.0
MUTED_LOOK_S = 60.0
# How long a breaker stays open, each time in a row.
OPEN_S = tuple(each * JITTER for each in (60.0, 120.0, 240.0, 300.0))


def opened_s(times: int) -> float:
    """Return how long a receiver is well again and yet untold, after its breaker opened so often.

    The last probe may have failed just before.
    """
    return OPEN_S[min(times, len(OPEN_S)) - 1] + BEHIND_S + SPREAD_S + TURN_S


# What a run with any number of faults may have left when they cease: messages in flight, a poke
# that is lost, a breaker that is open for its longest, each behind the other.
SEEDS_S = RETURN_S + GRACE_S + TURN_S + opened_s(len(OPEN_S))

# A try that is repeated takes another share of the window.
PACED_S = 2 * POLICY.window_s / POLICY.limit + TURN_S

# Undisturbed, where it is not quick: from when all receivers are well.
BASE_S: dict[str, float] = {
    "lost_poke": GRACE_S + TURN_S,
    # The queues stand still until the second request is accepted, perhaps only when its sender
    # sends it again.
    "over_before_told": 2.0 + QUICK_S,
    "lapse": TURN_S,
    "large_and_broken": RETRY_S,
    "busy_receiver": BUSY_S + SPREAD_S + TURN_S,
    # The third failure opens it, two minutes after the first, for the rest of three minutes.
    "broken_receiver": opened_s(1),
    # Six tries in 40 s open it once.
    "refire": opened_s(1),
    # Of the six pages a worker says two, and leaves the others of its batch to the clock.
    "slow_receiver": GRACE_S + TURN_S + TICK_S + LIMIT_S,
    # It opens four times in ten minutes.
    "dead_receiver": opened_s(4),
    # The same, and at the end one more failure is counted for workers that died before.
    "deadly_receiver": LEASE_S + TURN_S + opened_s(4),
    "deadly_for_ever": LEASE_S + TURN_S + opened_s(4),
    # What came just after a look waits for the next, which the clock begins.
    "waits": WAITING_S + TURN_S,
    # A round begins each minute; what a worker left that died is found by the next.
    "ruled": 2 * TICK_S + TURN_S,
    # What is muted is looked at once a minute.
    "silenced": MUTED_LOOK_S + TURN_S,
    "inhibited": MUTED_LOOK_S + TURN_S,
    # A digest waits for its distance and, once half of the limit is used, for its share of the
    # window; what comes meanwhile stands behind it, for the next one.
    "storm": 2 * PACED_S,
    # What one notification has shown, it alone acts on.
    "breakers_away": opened_s(1),
}
# The same for those whose receiver is well all the time, where that is another bound.
OTHERS_S: dict[str, float] = {
    "dead_receiver": QUICK_S,
    # Behind a batch of the slow one, of which two pages are said: in these runs nothing else works
    # meanwhile, also no stage before.
    "slow_receiver": 2 * SEND_S + QUICK_S,
    # Their worker dies beside another's receiver, twice; then that one is not called.
    "deadly_receiver": 2 * (LEASE_S + TURN_S) + LIMIT_S,
    "deadly_for_ever": 2 * (LEASE_S + TURN_S) + LIMIT_S,
}
ILL = "acme"
# Here one more failure finds a breaker about to open, or open, and opens it once more.
_BREAKING = {"broken_receiver": 2, "refire": 2, "breakers_away": 1, "indigestible": 1}
# A page does not wait for what is found out about it: what asks for that, what is looked up, and
# what is kept of its failures may fail as they like.
_TO_ASIDE = tuple(f"{TO}{queue}" for queue in ASIDE)
_BESIDE = ("references.", "dynamodb.failedenrichments.")


def bound_s(scenario: str, tenant: str, sites: Iterable[tuple[Site, Kind]]) -> float:
    """Return the longest wait of a tenant's people in a scenario under these faults."""
    base_s = BASE_S.get(scenario, QUICK_S)
    if tenant != ILL:
        base_s = OTHERS_S.get(scenario, base_s)
    costs = (_cost_s(scenario, site, kind) + _turn_s(scenario, site) for site, kind in sites)
    return base_s + sum(costs)


def faults_of(fired: Fired) -> list[tuple[Site, Kind]]:
    """Return the faults of a run."""
    return list(fired.counts.elements())


def _turn_s(scenario: str, site: Site) -> float:
    """Return how long the next turn takes after a fault that may have had a page tried."""
    return PACED_S if scenario == "storm" and site[0] == "notify" else 0.0


def _cost_s(scenario: str, site: Site, kind: Kind) -> float:
    """Return what one fault adds to the longest wait."""
    stage, method, service, _ = site
    if kind not in CRASHES and (method.endswith(_TO_ASIDE) or method.startswith(_BESIDE)):
        return 0.0
    if stage in ("enrich", "evaluate", "notify", "rules") and service != "http":
        return RETURN_S
    if stage == "tick":
        # The next one does its work.
        return TICK_S
    # Of ingest, nothing was accepted yet; of investigate, people are told already.
    return _page_cost_s(scenario, kind) if service == "http" else 0.0


def _page_cost_s(scenario: str, kind: Kind) -> float:
    """Return what one fault of a page adds to the longest wait."""
    if kind.startswith("crash"):
        return RETURN_S
    if scenario in _BREAKING:
        # It may be the probe that fails, at the end of the first opening; or what would have shown
        # that only one page cannot be told.
        return opened_s(_BREAKING[scenario])
    if kind == "refused":
        # Somebody has to look at it first, or the first step of a policy says it.
        return DELAY_S + TURN_S if scenario == "escalating" else 0.0
    return PAUSE_S + SPREAD_S + TURN_S if kind == "throttle" else RETRY_S
