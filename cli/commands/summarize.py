"""`tocsin summarize`: a short summary of each alert that fires."""

import sys
import time
from typing import Any

import click
import orjson
from rich.progress import Progress

from cli.deadletters.stack import groups
from cli.deadletters.text import counted
from cli.deadletters.walk import progress_bar
from cli.enrichment.checkpoints import Options
from cli.enrichment.choice import tenants, with_stages
from cli.enrichment.models import connected
from cli.enrichment.options import DRY, LIMIT, PROVIDER, RESUME, SINCE, TENANT
from cli.enrichment.run import Run, RunPorts
from cli.enrichment.sending import end
from cli.enrichment.stack import attempts_of, batches_of
from cli.enrichment.summaries import Summariser, summary_json, summary_lines
from cli.enrichment.trail import LIMIT_REACHED, trail_of
from cli.enrichment.watching import Watcher
from cli.target import Target, with_target
from tocsin.domain.change import Change
from tocsin.domain.config import TenantConfig

_STAGES = ("triage",)


@click.command()
@TENANT
@SINCE
@PROVIDER
@LIMIT
@DRY
@click.option(
    "--model", "asks_model", is_flag=True, help="Ask the tenant's model, not the built-in."
)
@click.option("--verbose", "is_verbose", is_flag=True, help="Say what each alert and batch took.")
@click.option("--json", "is_json", is_flag=True, help="Print JSON lines.")
@RESUME
@with_target
def command(
    limit: int | None,
    is_dry: bool,
    asks_model: bool,
    is_verbose: bool,
    is_json: bool,
    target: Target,
    **asked: Any,
) -> None:
    """Print a likely cause, the impact and first checks of each alert that fires.

    They are written by the summariser that is built in, which picks sentences and asks nobody;
    with --model, by the model of the tenant, which gets the texts of the alerts. Without
    --dry-run the stack is asked, too, to run its stage `triage` again for the same alerts; if
    that was interrupted, or came to its --limit, it goes on with --resume.

    \b
    tocsin summarize --tenant acme --dry-run
    tocsin summarize --tenant acme --limit 200 --resume
    tocsin summarize --since 2h --model --limit 20 --dry-run --json
    """
    resumes = asked.pop("resumes")
    chosen = tenants(target.configs, asked["tenant"])
    if not is_dry:
        chosen = [config for config, _ in with_stages(chosen, _STAGES)]
    options = Options(stages=_STAGES, command="summarize", asks_model=asks_model, **asked)
    trail = trail_of(target, options, resumes=resumes, is_dry=is_dry)
    batches = None if is_dry else batches_of(target)
    ports = RunPorts(
        groups=groups(target),
        attempts_of=lambda tenant: attempts_of(target, tenant),
        batches=batches,
        clock=time.time,
        pause=time.sleep,
    )
    # A bar would run through what is printed.
    with (
        progress_bar(is_shown=not sys.stdout.isatty()) as bar,
        connected(target, time.time, time.sleep) as connect,
        trail.walking(),
    ):
        summariser = Summariser(connect, time.time, asks_model=asks_model)
        watcher = _Telling(bar, summariser, chosen, is_json=is_json, is_verbose=is_verbose)
        run_ = Run(ports, trail, limit, watcher)
        trail.begin(chosen[0].tenant)
        for config in chosen:
            run_.over(config.tenant, _STAGES)
        run_.finish()
    if not run_.found:
        click.echo("no alert fires that is meant", err=True)
    elif batches is not None:
        click.echo(f"{counted(batches.sent.cases, 'alert')} sent for triage", err=True)
    if run_.is_full():
        click.echo(LIMIT_REACHED, err=True)
    end(batches)


class _Telling(Watcher):
    """Prints the summary of each alert that a run meets."""

    def __init__(
        self,
        bar: Progress,
        summariser: Summariser,
        chosen: list[TenantConfig],
        *,
        is_json: bool,
        is_verbose: bool,
    ) -> None:
        super().__init__(bar, verbose=is_verbose)
        self._summariser = summariser
        self._configs = {config.tenant: config for config in chosen}
        self._tenant = ""
        self._is_json = is_json

    def begin(self, tenant: str, total: int | None) -> None:
        """Begin a tenant."""
        super().begin(tenant, total)
        self._tenant = tenant

    def meet(self, change: Change, more: str = "") -> None:
        """Print the summary of an alert."""
        summary = self._summariser.of(self._configs[self._tenant], change)
        super().meet(change, f"{summary.took_ms:g} ms")
        if self._is_json:
            click.echo(orjson.dumps(summary_json(summary)))
        else:
            click.echo("\n".join(summary_lines(summary)))
