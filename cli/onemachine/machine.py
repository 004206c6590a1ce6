"""Everything that one process is made of, and how it starts and ends."""

import threading
from collections.abc import Iterator, Sequence

from cli.onemachine.couriers import Couriers
from cli.onemachine.logs import log
from cli.onemachine.stores import Stores
from cli.onemachine.timers import TimerTurn
from cli.onemachine.worker import StageTurn, Worker
from tocsin.adapters.http import Http
from tocsin.adapters.receivers import ChannelReceivers
from tocsin.adapters.sqlite.expiry import expire
from tocsin.pipeline.batch import Delivery, Outcome
from tocsin.pipeline.enrich import Enrich, EnrichPorts
from tocsin.pipeline.evaluate import Evaluate, EvaluatePorts
from tocsin.pipeline.heard import Heard
from tocsin.pipeline.notify import Notify
from tocsin.pipeline.notifyports import NotifyPorts
from tocsin.pipeline.offering import ActionLinks, Offers, no_offers
from tocsin.pipeline.safecall import Spread
from tocsin.ports import Receivers
from tocsin.runtime.channels import tools
from tocsin.runtime.clock import now_s
from tocsin.runtime.isolation import HasTime

_MESSAGES_AT_ONCE = 100
_CLEANING_S = 3600.0
# The clock here wakes what is due at its time.
_SPREAD = Spread(over_s=0.5, behind_s=1.0)
_REDRIVE_EVERY_S = 10.0
# The longest that a call of a receiver takes that was begun before the end.
_STOP_S = 30.0


class Machine:
    """The workers of all stages, and the clock."""

    def __init__(
        self,
        stores: Stores,
        external_url: str,
        retention_s: float,
        archive_s: float,
        key: bytes = b"",
    ) -> None:
        """Make the workers. `key` signs links of notifications; without one there are none."""
        self._stores = stores
        self._retention_s = retention_s
        self._archive_s = archive_s
        self._stopping = threading.Event()
        # The file is the operator's own, and so are the addresses in it, private ones too.
        http = Http(allow_loopback=True, allow_private=True)
        self._offers: Offers = ActionLinks(external_url, lambda: key, now_s) if key else no_offers
        self._receivers: Receivers = ChannelReceivers(tools(http, external_url))
        self._couriers = Couriers(stores.queues, stores.blobs, self._notify, self._stopping)
        self._workers = list(self._made())

    def start(self) -> None:
        """Begin to work."""
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        """End what is under way and begin nothing new; what is left waits for the next start."""
        self._stopping.set()
        self._stores.queues.close()
        self._stores.groups.alarm.ring()
        self._couriers.close()
        for worker in self._workers:
            worker.join(_STOP_S)
        if any(worker.is_alive() for worker in self._workers):
            log("warn", "a worker did not end in time; its work is done again at the next start")

    def _made(self) -> Iterator[Worker]:
        stores, stopping = self._stores, self._stopping
        # One process does both, so nothing that is repeated need time out, however few repeats
        # are forwarded.
        heard = Heard()
        enrich, evaluate = self._enrich(heard), self._evaluate(heard)

        def enriched(deliveries: Sequence[Delivery], has_time: HasTime) -> Outcome:
            return enrich.handle(deliveries, now_s(), has_time)

        def evaluated(deliveries: Sequence[Delivery], has_time: HasTime) -> Outcome:
            return evaluate.handle(deliveries, now_s(), has_time)

        first = StageTurn(stores.queues, ("enrich-urgent", "enrich"), enriched, _MESSAGES_AT_ONCE)
        second = StageTurn(
            stores.queues, ("evaluate-urgent", "evaluate"), evaluated, _MESSAGES_AT_ONCE
        )
        yield Worker("enrich", first, stopping)
        yield Worker("evaluate", second, stopping)
        yield from self._couriers.workers()
        timer = TimerTurn(stores.groups, stores.queues, stores.blobs, now_s)
        yield Worker("timer", timer, stopping)
        yield Worker("cleaner", self._clean, stopping)
        yield Worker("redriver", self._redrive, stopping)

    def _enrich(self, heard: Heard) -> Enrich:
        stores = self._stores
        ports = EnrichPorts(
            outbox=stores.queues,
            blobs=stores.blobs,
            archive=stores.archive,
            fingerprints=stores.fingerprints,
            journal=stores.journal,
            configs=stores.configs,
        )
        return Enrich(ports, heard=heard, minds_texts=True)

    def _evaluate(self, heard: Heard) -> Evaluate:
        stores = self._stores
        ports = EvaluatePorts(
            outbox=stores.queues,
            blobs=stores.blobs,
            groups=stores.groups,
            configs=stores.configs,
            silences=stores.silences,
        )
        return Evaluate(ports, heard)

    def _notify(self) -> Notify:
        stores = self._stores
        ports = NotifyPorts(
            outbox=stores.queues,
            blobs=stores.blobs,
            groups=stores.groups,
            configs=stores.configs,
            receivers=self._receivers,
            breakers=stores.breakers,
            paces=stores.paces,
            silences=stores.silences,
            clock=now_s,
            offers=self._offers,
        )
        return Notify(ports, _SPREAD)

    def _redrive(self) -> None:
        sent = self._stores.queues.redrive()
        if sent:
            log("info", "dead letters are tried again", count=sent)
        self._stopping.wait(_REDRIVE_EVERY_S)

    def _clean(self) -> None:
        at_s = now_s()
        expire(self._stores.database, at_s, self._retention_s, self._archive_s)
        self._stores.groups.forget(at_s)
        self._stores.silences.forget(at_s)
        self._stopping.wait(_CLEANING_S)
