"""Sending the alerts that fire to investigate again: page by page, each once, to a limit."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from cli.enrichment.sending import BATCH_SIZE, Batches
from cli.enrichment.stored import Firing, StoredAlerts, Wanted
from cli.enrichment.trail import Trail
from cli.enrichment.watching import Watcher
from cli.migration.patience import Pause
from tocsin.pipeline.cases import Case
from tocsin.ports import Clock, Groups

# How often each event was tried before, by its source.
AttemptsOf = Callable[[str], Mapping[str, int]]


class RunPorts(msgspec.Struct, frozen=True, kw_only=True):
    """What a run works with. Without `batches` it is dry: it writes nothing."""

    groups: Groups
    attempts_of: AttemptsOf
    batches: Batches | None
    clock: Clock
    pause: Pause


class Run:
    """One run over the alerts of some tenants; `found` counts the alerts that it met."""

    def __init__(self, ports: RunPorts, trail: Trail, limit: int | None, watcher: Watcher) -> None:
        self._ports = ports
        self._trail = trail
        self._limit = limit
        self._watcher = watcher
        self.found = 0

    def is_full(self) -> bool:
        """Tell whether there is no room for another alert within the limit."""
        return self._limit is not None and self.found >= self._limit

    def over(self, tenant: str, stages: tuple[str, ...]) -> int:
        """Go through one tenant; return how many of its alerts were met, and not refused."""
        if self.is_full() or self._trail.passes(tenant):
            return 0
        resumed = self._trail.within(tenant)
        after = None if resumed is None else resumed.place
        before = self.found - self._refused()
        alerts = StoredAlerts(self._ports.groups, tenant, self._ports.pause)
        self._watcher.begin(tenant, alerts.count())
        attempts = {} if self._ports.batches is None else self._ports.attempts_of(tenant)
        pending: list[Firing] = []
        for groups, page in alerts.pages(self._wanted(), self._ports.clock(), after):
            pending += self._within_limit(page)
            whole = len(pending) if self.is_full() else len(pending) // BATCH_SIZE * BATCH_SIZE
            self._send(tenant, stages, pending[:whole], attempts)
            pending = pending[whole:]
            self._watcher.advance(groups)
            if self.is_full():
                break
        self._send(tenant, stages, pending, attempts)
        return self.found - self._refused() - before

    def finish(self) -> None:
        """Forget the checkpoint, unless there may be more beyond the limit."""
        if not self.is_full():
            self._trail.finish()

    def _refused(self) -> int:
        batches = self._ports.batches
        return 0 if batches is None else batches.sent.refused

    def _wanted(self) -> Wanted:
        options = self._trail.options
        since_s = None if options.since is None else self._trail.began_at_s - options.since
        return Wanted(since_s, options.provider)

    def _within_limit(self, page: Sequence[Firing]) -> Sequence[Firing]:
        room = len(page) if self._limit is None else max(0, self._limit - self.found)
        taken = page[:room]
        self.found += len(taken)
        return taken

    def _send(
        self,
        tenant: str,
        stages: tuple[str, ...],
        firing: Sequence[Firing],
        attempts: Mapping[str, int],
    ) -> None:
        for start in range(0, len(firing), BATCH_SIZE):
            part = firing[start : start + BATCH_SIZE]
            for each in part:
                self._watcher.meet(each.change)
            self._send_part(tenant, stages, part, attempts)

    def _send_part(
        self,
        tenant: str,
        stages: tuple[str, ...],
        part: Sequence[Firing],
        attempts: Mapping[str, int],
    ) -> None:
        batches = self._ports.batches
        if batches is None:
            return
        sent = batches.sent
        cases = [
            Case(change=each.change, stages=stages, attempts=attempts.get(each.change.source, 0))
            for each in part
        ]

        def settled(count: int) -> None:
            self._trail.save(tenant, sent.cases, part[count - 1].place)

        batches.send(tenant, cases, self._watcher.sent, settled)
