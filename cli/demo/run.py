"""Runs the acts of the plan against a local cloud and collects the evidence."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from time import monotonic

from cli.demo.books import Evidence, heard
from cli.demo.channels import heard_of
from cli.demo.climbs import read_climb
from cli.demo.overview import Overview, read_overview
from cli.demo.plan import Act, Notice, notices
from cli.demo.relay import SnsRelay
from cli.demo.ruled import TENANT as RULED
from cli.demo.scenario import TENANTS
from cli.demo.sender import Sender, Told
from cli.demo.vendors import Vendors
from cli.demo.view import View
from cli.demo.watch import QueueWatch
from cli.localcloud.cloud import LocalCloud
from cli.localcloud.polling import TimedOutError, wait_until
from cli.localcloud.receiver import LocalReceiver

# As many keep sending at the same time as Alertmanagers and Prometheuses of a small company.
SENDERS = 4
ACT_LIMIT_S = 75.0


class Demonstration:
    """One run; `problems` says what did not come to its end in time."""

    def __init__(
        self,
        cloud: LocalCloud,
        receiver: LocalReceiver,
        vendors: Vendors,
        view: View,
        act_limit_s: float = ACT_LIMIT_S,
    ) -> None:
        self._cloud = cloud
        self._receiver = receiver
        self._vendors = vendors
        self._view = view
        self._act_limit_s = act_limit_s
        self._told: list[Told] = []
        self.problems: list[str] = []

    def play(self, acts: Sequence[Act]) -> Evidence:
        """Send everything, act by act, and wait until each has had its effect."""
        url = f"{self._cloud.base_url}/v1/alerts/cloudwatch"
        with SnsRelay(self._cloud, url, self._cloud.keys["acme"]) as relay:
            sender = Sender(self._cloud.base_url, self._cloud.keys, relay)
            for number, act in enumerate(acts):
                self._view.act(act.title)
                self._send(act, sender)
                if not self._wait_for_effect(acts[: number + 1]):
                    break
        return Evidence(
            told=self._told,
            overviews=self._overviews(),
            arrivals=self._receiver.arrivals,
            channels=self._vendors.channels,
            climb=read_climb(self._cloud.base_url, self._cloud.keys[RULED]),
        )

    def _send(self, act: Act, sender: Sender) -> None:
        with QueueWatch(self._cloud, self._view), ThreadPoolExecutor(SENDERS) as pool:
            for sent in as_completed([pool.submit(sender.send, each) for each in act.sendings]):
                self._told.append(sent.result())
                self._view.sent(sent.result())

    def _wait_for_effect(self, played: Sequence[Act]) -> bool:
        wanted = set(notices(played))

        def is_done() -> bool:
            depths = self._cloud.queue_depths()
            self._view.depths(depths)
            if any(depths.values()) or not wanted <= self._heard():
                return False
            return all(self._is_settled(overview) for overview in self._overviews().values())

        until_s = monotonic() + played[-1].lasts_s
        try:
            wait_until(is_done, f"all effects of {played[-1].title!r}", self._act_limit_s)
            wait_until(lambda: monotonic() >= until_s, "the end of an act", self._act_limit_s)
        except TimedOutError as error:
            depths = {name: count for name, count in self._cloud.queue_depths().items() if count}
            self.problems.append(f"{error}; messages in the queues: {depths or 'none'}")
            return False
        return True

    def _heard(self) -> set[Notice]:
        return {*heard(self._receiver.arrivals), *heard_of(self._vendors.channels)}

    def _is_settled(self, overview: Overview) -> bool:
        told = (each for each in self._told if each.sending.tenant == overview.tenant)
        return overview.is_settled and overview.accepted == sum(each.alerts for each in told)

    def _overviews(self) -> dict[str, Overview]:
        keys = self._cloud.keys
        return {name: read_overview(self._cloud.base_url, keys[name]) for name in TENANTS}
