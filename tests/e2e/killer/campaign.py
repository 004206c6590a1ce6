"""Runs the undisturbed histories, then one history a point, and collects how each ended."""

from collections.abc import Callable, Iterable
from time import monotonic

from cli.demo.overview import read_overview
from cli.localcloud.cloud import LocalCloud
from cli.localcloud.http import call
from cli.localcloud.polling import TimedOutError, wait_until
from tests.e2e.killer.control import Control, Kill
from tests.e2e.killer.evidence import Evidence, differences, gather, told
from tests.e2e.killer.histories import HISTORIES, History
from tests.e2e.killer.points import POINTS, Point
from tests.e2e.killer.receiver import RefusingReceiver, path_of

# A lease, the minute after which a poke counts as lost, and a tick.
SETTLED_LIMIT_S = 180.0
ACCEPTED_LIMIT_S = 60.0

TENANT_TEXT = """
  {tenant}:
    keys: [{{name: kill9, scopes: [ingest, read]}}]
    receivers: [{{name: desk, webhook: {{url: "{url}"}}}}]
    route:
      {{receiver: desk, group_by: [alertname], group_wait: 0s, group_interval: 0s}}
"""


def configuration(receiver_url: str) -> str:
    """Return a configuration with a tenant for each point and for each undisturbed run."""
    tenants = [each.calm_tenant for each in HISTORIES] + [each.tenant for each in POINTS]
    texts = [TENANT_TEXT.format(tenant=t, url=f"{receiver_url}{path_of(t)}") for t in tenants]
    return "tenants:" + "".join(texts)


class Campaign:
    """All cases on one local cloud. They overlap, so that leases run out side by side."""

    def __init__(
        self,
        cloud: LocalCloud,
        receiver: RefusingReceiver,
        control: Control,
        say: Callable[[str], None],
    ) -> None:
        self._cloud = cloud
        self._receiver = receiver
        self._control = control
        self._say = say
        self._requests: dict[str, list[str]] = {}
        self._begun_s = monotonic()
        self.calm: dict[str, Evidence] = {}
        self.kills: dict[str, Kill | None] = {}
        self.problems: dict[str, list[str]] = {}
        self.depths: dict[str, int] = {}

    def run(self) -> None:
        """Run everything; what went wrong is in `problems` by the name of the point."""
        self._run_undisturbed()
        for point in POINTS:
            if point.arming == "resolved":
                self._begin(point.history, point.tenant)
        for point in POINTS:
            if point.arming != "resolved":
                self._strike(point, lambda point=point: self._begin(point.history, point.tenant))
        self._settle({each.tenant: each.history for each in POINTS}, self._has_fired)
        for point in sorted(POINTS, key=lambda each: each.arming == "resolved"):
            self._end(point)
        self._settle({each.tenant: each.history for each in POINTS}, self._has_ended)
        for point in POINTS:
            self._compare(point)
        self.depths = {name: count for name, count in self._cloud.queue_depths().items() if count}
        self._say(f"all in {monotonic() - self._begun_s:.0f} s")

    def _run_undisturbed(self) -> None:
        tenants = {each.calm_tenant: each for each in HISTORIES}
        for tenant, history in tenants.items():
            self._begin(history, tenant)
        self._settle(tenants, self._has_fired)
        for tenant, history in tenants.items():
            self._resolve(history, tenant)
        self._settle(tenants, self._has_ended)
        for tenant, history in tenants.items():
            calm = self.calm[history.name] = self._gather(tenant)
            self._say(f"undisturbed {history.name}: {calm.balance.accepted} accepted, {calm.told}")

    def _strike(self, point: Point, act: Callable[[], None]) -> None:
        """Let a process die at the point, on the way of what `act` sends."""
        if point.arming in ("first", "resolved"):
            armed_s = self._control.arm(point)
            act()
        else:
            act()
            self._wait_to_arm(point)
            armed_s = self._control.arm(point)
        kill = self._control.wait(armed_s)
        self.kills[point.name] = kill
        what = f"process {kill.pid} killed after {kill.after_s:.1f} s" if kill else "NOT REACHED"
        self._say(f"{len(self.kills):3}/{len(POINTS)} {point.name:30} {what}")

    def _wait_to_arm(self, point: Point) -> None:
        if point.arming == "refused":
            wait_until(
                lambda: any(self._receiver.arrivals_of(point.tenant)), "it is refused", 60, 0.05
            )
        else:
            wait_until(lambda: len(self._told(point.tenant)) == 2, "both are told", 60, 0.05)

    def _begin(self, history: History, tenant: str) -> None:
        if history.refused:
            self._receiver.refuse_once(tenant)
        self._post(tenant, history.firing(tenant))

    def _end(self, point: Point) -> None:
        if point.arming == "resolved":
            self._strike(point, lambda: self._resolve(point.history, point.tenant))
        else:
            self._resolve(point.history, point.tenant)

    def _resolve(self, history: History, tenant: str) -> None:
        body = history.resolve(tenant)
        if body is not None:
            self._post(tenant, body)

    def _post(self, tenant: str, body: bytes) -> None:
        """Send a request until it is accepted, as every sender does."""

        def is_accepted() -> bool:
            headers = {"x-api-key": self._cloud.keys[tenant]}
            answer = call("POST", f"{self._cloud.base_url}/v1/alerts", body, headers)
            if answer.status == 202:
                self._requests.setdefault(tenant, []).append(answer.json["id"])
            return answer.status == 202

        wait_until(is_accepted, f"{tenant} is accepted", ACCEPTED_LIMIT_S)

    def _settle(self, tenants: dict[str, History], is_done: Callable[..., bool]) -> None:
        """Wait until all tenants are done; who is not in time, the comparison shows."""
        left = dict(tenants)

        def are_done() -> bool:
            for tenant, history in list(left.items()):
                if is_done(history, tenant) and self._is_balanced(tenant):
                    del left[tenant]
            return not left and not any(self._cloud.queue_depths().values())

        try:
            wait_until(are_done, "all is settled", SETTLED_LIMIT_S, every_s=1.0)
        except TimedOutError:
            self._say(f"not settled: {sorted(left)}, {self._cloud.queue_depths()}")

    def _has_fired(self, _: History, tenant: str) -> bool:
        return len(self._told(tenant)) == 2

    def _has_ended(self, _: History, tenant: str) -> bool:
        return sum(map(len, self._told(tenant).values())) == 3

    def _is_balanced(self, tenant: str) -> bool:
        overview = read_overview(self._cloud.base_url, self._cloud.keys[tenant], hours=1)
        return overview.is_settled

    def _told(self, tenant: str) -> dict[str, list[str]]:
        return told(self._receiver.arrivals_of(tenant), tenant)

    def _gather(self, tenant: str) -> Evidence:
        arrivals = self._receiver.arrivals_of(tenant)
        return gather(self._cloud, tenant, arrivals, self._requests.get(tenant, ()))

    def _compare(self, point: Point) -> None:
        found = self._gather(point.tenant)
        problems = differences(point, self.calm[point.history.name], found)
        self.problems[point.name] = problems
        verdict = "; ".join(problems) or "as undisturbed"
        self._say(f"{point.name:30} {found.times} {verdict}")


def names(points: Iterable[Point]) -> list[str]:
    """Return the names of points, for the report of the tests."""
    return [each.name for each in points]
