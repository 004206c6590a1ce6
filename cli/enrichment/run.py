"""Sending the alerts that fire to investigate again: page by page, each once, to a limit."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from cli.enrichment.checkpoints import Checkpoint, Checkpoints, Options
from cli.enrichment.sending import BATCH_SIZE, Batches
from cli.enrichment.stored import Firing, Place, StoredAlerts, Wanted
from cli.enrichment.watching import Watcher
from cli.migration.patience import Pause
from tocsin.pipeline.cases import Case
from tocsin.ports import Clock, Groups

# How often each event was tried before, by its source.
AttemptsOf = Callable[[str], Mapping[str, int]]


class RunPorts(msgspec.Struct, frozen=True, kw_only=True):
    """What a run works with. Without `batches` it is dry: it writes nothing.

    Without `checkpoints` it cannot go on once it was interrupted.
    """

    groups: Groups
    attempts_of: AttemptsOf
    checkpoints: Checkpoints | None
    batches: Batches | None
    clock: Clock
    pause: Pause


class Run:
    """One run over the alerts of some tenants; `found` counts the alerts that it met."""

    def __init__(
        self,
        ports: RunPorts,
        options: Options,
        limit: int | None,
        watcher: Watcher,
        resumed: Checkpoint | None = None,
    ) -> None:
        self._ports = ports
        self._options = options
        self._limit = limit
        self._watcher = watcher
        self._resumed = resumed
        self._began_at_s = ports.clock() if resumed is None else resumed.began_at_s
        self._before = 0 if resumed is None else resumed.cases
        self.found = 0

    def is_full(self) -> bool:
        """Tell whether there is no room for another alert within the limit."""
        return self._limit is not None and self.found >= self._limit

    def begin(self, tenant: str) -> None:
        """Write down that a run begins, with this tenant, unless it goes on or is dry.

        So what goes on is this one, however early it is interrupted, and none before it.
        """
        if self._resumed is None and self._ports.batches is not None:
            self._save(tenant, Place(), 0)

    def over(self, tenant: str, stages: tuple[str, ...]) -> int:
        """Go through one tenant; return how many of its alerts were met, and not refused."""
        resumed = self._resumed
        if self.is_full() or (resumed is not None and tenant < resumed.tenant):
            return 0
        after = resumed.place if resumed is not None and resumed.tenant == tenant else None
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
        checkpoints = self._ports.checkpoints
        if checkpoints and self._ports.batches is not None and not self.is_full():
            checkpoints.delete(self._options)

    def _refused(self) -> int:
        batches = self._ports.batches
        return 0 if batches is None else batches.sent.refused

    def _wanted(self) -> Wanted:
        since = self._options.since
        since_s = None if since is None else self._began_at_s - since
        return Wanted(since_s, self._options.provider)

    def _within_limit(self, page: Sequence[Firing]) -> Sequence[Firing]:
        room = len(page) if self._limit is None else max(0, self._limit - self.found)
        taken = page[:room]
        self.found += len(taken)
        for each in taken:
            self._watcher.meet(each.change)
        return taken

    def _send(
        self,
        tenant: str,
        stages: tuple[str, ...],
        firing: Sequence[Firing],
        attempts: Mapping[str, int],
    ) -> None:
        batches = self._ports.batches
        if batches is None:
            return
        for start in range(0, len(firing), BATCH_SIZE):
            part = firing[start : start + BATCH_SIZE]
            cases = [
                Case(
                    change=each.change,
                    stages=stages,
                    attempts=attempts.get(each.change.source, 0),
                )
                for each in part
            ]
            batches.send(tenant, cases, self._watcher.sent)
            self._save(tenant, part[-1].place, batches.sent.cases)

    def _save(self, tenant: str, place: Place, cases: int) -> None:
        checkpoints = self._ports.checkpoints
        if checkpoints is not None:
            checkpoint = Checkpoint(tenant, place, self._before + cases, self._began_at_s)
            checkpoints.save(self._options, checkpoint)
