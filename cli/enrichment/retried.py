"""One retry of what is kept apart: what is done, and what is said of it."""

from collections import Counter
from collections.abc import Iterator, Sequence

import click
import msgspec

from cli.deadletters.text import counted
from cli.enrichment.retry import Plan, Planned, kept_apart
from cli.enrichment.sending import Batches
from cli.enrichment.text import failed_rows, print_failed
from cli.enrichment.trail import Trail
from cli.enrichment.watching import Watcher
from cli.migration.patience import Pause
from tocsin.domain.config import TenantConfig
from tocsin.ports import Configs, FailedEnrichment, FailedEnrichments, Groups


class Shown:
    """Rows of a table, up to a limit."""

    def __init__(self, limit: int | None, now_s: float) -> None:
        self._limit = limit
        self._now_s = now_s
        self._rows: list[tuple[str, ...]] = []
        self._more = 0

    def add(self, tenant: str, kept: Sequence[FailedEnrichment]) -> None:
        """Keep the rows of one alert, or count it."""
        if self._limit is None or len(self._rows) < self._limit:
            for each in kept:
                self._rows += failed_rows(tenant, each, self._now_s)
        else:
            self._more += 1

    def end(self) -> None:
        """Print them."""
        if self._rows:
            print_failed(self._rows)
        if self._more:
            click.echo(f"and {counted(self._more, 'alert')} more: see `enrich failed`")


class Retry(msgspec.Struct, frozen=True, kw_only=True):
    """What a retry works with. Without `batches` it is dry: it writes nothing."""

    configs: Configs
    groups: Groups
    failures: FailedEnrichments
    batches: Batches | None
    trail: Trail
    now_s: float
    pause: Pause

    def run(
        self,
        chosen: Sequence[TenantConfig],
        stage: str | None,
        limit: int | None,
        watcher: Watcher,
        shown: Shown,
    ) -> Counter[str]:
        """Go through the tenants; return how many alerts had which fate.

        Raises Retryable if the queue does not take a batch; what was sent before is sent.
        """
        fates: Counter[str] = Counter()
        self.trail.begin(chosen[0].tenant)
        for config in (each for each in chosen if not self.trail.passes(each.tenant)):
            watcher.begin(config.tenant, None)
            for page in self._pages(config, stage):
                part = _within(page, None if limit is None else limit - fates["fires"])
                for each in part:
                    fates[each.fate] += 1
                    shown.add(config.tenant, each.kept)
                    watcher.meet(each.kept[0].change, each.fate)
                watcher.advance(len(part))
                self._send(config.tenant, part, watcher)
                if limit is not None and fates["fires"] >= limit:
                    return fates
        self.trail.finish()
        return fates

    def _pages(self, config: TenantConfig, stage: str | None) -> Iterator[list[Planned]]:
        plan = Plan(config, self.configs, self.groups, self.pause, stage)
        resumed = self.trail.within(config.tenant)
        kept = kept_apart(self.failures, config.tenant, stage, self.now_s)
        return plan.pages(kept, self.now_s, "" if resumed is None else resumed.kept_to)

    def _send(self, tenant: str, part: Sequence[Planned], watcher: Watcher) -> None:
        batches = self.batches
        if batches is None:
            return
        sent = batches.sent
        planned = [(each.place, each.case) for each in part if each.case is not None]

        def settled(count: int) -> None:
            last = part[-1].place if count == len(planned) else planned[count - 1][0]
            self.trail.save(tenant, sent.cases, kept_to=last)

        batches.send(tenant, [case for _, case in planned], watcher.sent, settled)


def _within(page: Sequence[Planned], room: int | None) -> Sequence[Planned]:
    """Return a page up to the last alert for which there is room; what is not sent takes none."""
    if room is None:
        return page
    sent = [index for index, each in enumerate(page) if each.fate == "fires"]
    return page if len(sent) < room else page[: sent[room - 1] + 1]


def tell(fates: Counter[str], batches: Batches | None) -> None:
    """Say what a retry did."""
    if not fates:
        click.echo("nothing is kept apart", err=True)
        return
    if batches is None:
        click.echo(f"{counted(fates['fires'], 'alert')} would be tried again")
    else:
        click.echo(f"{counted(batches.sent.cases, 'alert')} sent to be tried again")
    if fates["over"]:
        click.echo(f"{counted(fates['over'], 'alert')} not sent: over by now", err=True)
    if fates["off"]:
        left = counted(fates["off"], "alert")
        click.echo(f"{left} not sent: the stages that failed are off by now", err=True)
