"""What rules and routes would have made of the past: the real stages, over a virtual clock.

Nothing is sent and nothing is stored outside of the memory that the ports given here are. The
same history gives the same result. Nobody acknowledges anything in it, so escalations climb to
their end; receivers take what they are given; rules behind a feature flag count as switched on.
"""

from collections.abc import Iterable, Sequence

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.change import Change
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import ConfigurationError
from tocsin.domain.happening import SeenChange
from tocsin.domain.identity import Identifier
from tocsin.domain.rule import OWN
from tocsin.pipeline.backtestqueues import Due, Recorder, VirtualQueues
from tocsin.pipeline.backtestresult import Backtested, Fired, Told, untold
from tocsin.pipeline.backtestrules import History, VirtualRules
from tocsin.pipeline.batch import Delivery
from tocsin.pipeline.changes import pack_changes
from tocsin.pipeline.envelope import decode
from tocsin.pipeline.evaluate import Evaluate, EvaluatePorts
from tocsin.pipeline.happenings import unpack_happenings
from tocsin.pipeline.notify import Notify
from tocsin.pipeline.notifyports import NotifyPorts
from tocsin.pipeline.poke import pack_pokes, unpack_pokes
from tocsin.ports import Blobs, Breakers, Configs, Groups, Journal, Paces, Silences

# As the clock of a deployment ticks.
TICK_S = 60.0
_DUE_LIMIT = 100_000


class BacktestPorts(msgspec.Struct, frozen=True, kw_only=True):
    """Where a back-test keeps what it works with: fresh, empty and in memory.

    `configs` has the configuration to test, and `silences` those of the time.
    """

    groups: Groups
    journal: Journal
    blobs: Blobs
    configs: Configs
    breakers: Breakers
    paces: Paces
    silences: Silences


class Backtest:
    """One run over one tenant's past."""

    def __init__(self, tenant: str, ports: BacktestPorts) -> None:
        """Raises ConfigurationError if `ports` has no configuration of the tenant."""
        config = ports.configs.current(tenant)
        if config is None:
            raise ConfigurationError(f"there is no configuration of tenant {tenant} to test")
        self._config: TenantConfig = config
        self._ports = ports
        self._queues = VirtualQueues()
        self._receivers = Recorder(self._queues.clock)
        self._evaluate = Evaluate(
            EvaluatePorts(
                outbox=self._queues,
                blobs=ports.blobs,
                groups=ports.groups,
                configs=ports.configs,
                silences=ports.silences,
            )
        )
        self._notify = Notify(
            NotifyPorts(
                outbox=self._queues,
                blobs=ports.blobs,
                groups=ports.groups,
                configs=ports.configs,
                receivers=self._receivers,
                breakers=ports.breakers,
                paces=ports.paces,
                silences=ports.silences,
                clock=self._queues.clock,
            )
        )
        self._fired: list[Fired] = []
        self._problems: list[str] = []
        # Why each alert was last kept back in each group.
        self._muted: dict[tuple[str, str], str] = {}
        self._kept: list[tuple[float, str, str, str]] = []
        self._names: dict[str, str] = {}
        self._made = 0

    def run(self, history: History) -> Backtested:
        """Play a history from its begin to its end; alerts of other times are left out."""
        rules = VirtualRules(self._config, history)
        self._plan(history)
        while (due := self._queues.next(history.until_s)) is not None:
            if due.queue == "tick":
                self._tick(rules)
            elif due.queue == "rules":
                self._say(rules.take(self._happenings(due), self._now_s))
            else:
                self._deliver(due)
        records = self._ports.journal.read(
            self._config.tenant, history.from_s, history.until_s + TICK_S
        )
        return Backtested(
            fired=tuple(self._fired),
            told=tuple(Told.of(at_s, each) for at_s, each in self._receivers.sent),
            untold=untold(self._kept, records, self._names),
            unanswered=rules.unanswered,
            problems=(*self._problems, *self._queues.dead),
        )

    @property
    def _now_s(self) -> float:
        return self._queues.clock()

    def _plan(self, history: History) -> None:
        """Put the past into the queues, as it came: what came together travels together."""
        together: dict[float, list[Change]] = {}
        for change in sorted(history.changes, key=lambda each: (each.received_at_s, each.source)):
            is_of_then = history.from_s <= change.received_at_s <= history.until_s
            # What rules made then is made anew, or is not.
            if is_of_then and change.alert.provider != OWN:
                together.setdefault(change.received_at_s, []).append(change)
        for at_s, changes in together.items():
            self._queues.at(at_s)
            self._forward(changes, f"past.{at_s}")
        at_s = history.from_s
        while at_s <= history.until_s:
            self._queues.tick(at_s)
            at_s += TICK_S
        self._queues.at(history.from_s)

    def _forward(self, changes: Sequence[Change], name: str) -> None:
        self._names.update((each.fingerprint, each.alert.name) for each in changes)
        messages = pack_changes(self._config.tenant, changes, name, "", self._ports.blobs)
        self._queues.send("evaluate", list(messages))

    def _tick(self, rules: VirtualRules) -> None:
        now_s, groups, blobs = self._now_s, self._ports.groups, self._ports.blobs
        self._say(rules.tick(now_s, TICK_S))
        resolve = [each.key for each in groups.due("resolve", now_s, _DUE_LIMIT)]
        self._queues.send("evaluate", [*pack_pokes(resolve, "tick", now_s, blobs, "resolve")])
        poke = [each.key for each in groups.due("poke", now_s, _DUE_LIMIT)]
        self._queues.send("notify", [*pack_pokes(poke, "tick", now_s, blobs)])

    def _happenings(self, due: Due) -> list[SeenChange]:
        return unpack_happenings(decode(due.message.body), self._ports.blobs)

    def _deliver(self, due: Due) -> None:
        delivery = Delivery("virtual", decode(due.message.body))
        if due.queue.startswith("evaluate"):
            outcome = self._evaluate.handle([delivery], self._now_s, _always)
        else:
            outcome = self._notify.handle([delivery], "backtest", _always)
            self._note_muted(delivery)
        self._problems.extend(f"{due.queue}: {reason}" for reason in outcome.failed.values())

    def _note_muted(self, delivery: Delivery) -> None:
        """Note what notify kept back, and why, where that is new."""
        keys = [poke.key for poke in unpack_pokes(delivery.envelope, self._ports.blobs)]
        for key, group in self._ports.groups.read(keys).items():
            for name in group.members:
                reason = group.muted.get(name, "")
                if reason and self._muted.get((key.id, name)) != reason:
                    self._kept.append((self._now_s, key.receiver, name, reason))
                self._muted[key.id, name] = reason

    def _say(self, alerts: Iterable[Alert]) -> None:
        """Let alerts that rules made go on as any others do."""
        for alert in alerts:
            self._made += 1
            now_s, tenant = self._now_s, self._config.tenant
            identity = Identifier(tenant, alert.provider, now_s, self._config.fingerprints)
            change = Change(
                source=f"made.{self._made}:0",
                fingerprint=identity.fingerprint(alert, None, 0),
                alert=alert,
                received_at_s=now_s,
            )
            self._fired.append(Fired(at_s=now_s, rule=alert.name, alert=alert))
            self._forward([change], f"made.{self._made}")


def _always() -> bool:
    return True
