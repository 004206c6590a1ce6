"""`tocsin enrich`: run stages over the alerts that fire, and retry what failed."""

import time
from collections.abc import Iterator
from typing import Any

import click
import orjson

from cli.deadletters.stack import groups
from cli.deadletters.text import counted
from cli.deadletters.walk import progress_bar
from cli.enrichment.checkpoints import Options
from cli.enrichment.choice import stages_option, tenants, with_stages
from cli.enrichment.options import DRY, LIMIT, PROVIDER, RESUME, SINCE, STAGE, TENANT, VERBOSE
from cli.enrichment.retried import Retry, Shown, tell
from cli.enrichment.retry import kept_apart
from cli.enrichment.run import Run, RunPorts
from cli.enrichment.sending import end
from cli.enrichment.stack import attempts_of, batches_of, failures
from cli.enrichment.text import failed_json, failed_rows, print_failed
from cli.enrichment.trail import LIMIT_REACHED, trail_of
from cli.enrichment.watching import Watcher
from cli.target import Target, with_target
from tocsin.domain.config import TenantConfig

_SHOWN_ROWS = 50


class _RunsByDefault(click.Group):
    """A group whose options alone mean `run`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0].startswith("-") and args[0] not in ctx.help_option_names:
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_RunsByDefault, context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Run stages of enrichment over the alerts that fire, and retry what failed.

    With options alone it is `run`: `tocsin enrich --tenant acme --dry-run`.

    \b
    tocsin enrich --dry-run                          what would be done, for all tenants
    tocsin enrich run --tenant acme --stages triage  ask the model anew about all that fires
    tocsin enrich failed                             what is kept apart, and why
    tocsin enrich retry --stage triage               try that again
    """


@command.command()
@TENANT
@click.option(
    "--stages",
    callback=stages_option,
    metavar="NAME,NAME",
    help="Which stages to run.  [default: all late ones that are on]",
)
@SINCE
@PROVIDER
@LIMIT
@DRY
@VERBOSE
@RESUME
@with_target
def run(
    limit: int | None,
    is_dry: bool,
    is_verbose: bool,
    resumes: bool,
    target: Target,
    **asked: Any,
) -> None:
    """Send the alerts that fire now to investigate again, each once.

    What is found is added to the alert, and told with its next notification, or at once where
    the receiver has `send_updates`. Labels and texts of the alert stay as they are, also where
    an early stage runs that would change them. A run that was interrupted, or came to its
    --limit, goes on with --resume.

    \b
    tocsin enrich run --tenant acme --stages find_changes,triage --since 2h
    tocsin enrich run --provider datadog --limit 500
    tocsin enrich run --provider datadog --limit 500 --resume
    """
    options = Options(**asked)
    chosen = list(with_stages(tenants(target.configs, options.tenant), options.stages))
    trail = trail_of(target, options, resumes=resumes, is_dry=is_dry)
    batches = None if is_dry else batches_of(target)
    with progress_bar() as bar, trail.walking():
        ports = RunPorts(
            groups=groups(target),
            attempts_of=lambda tenant: attempts_of(target, tenant),
            batches=batches,
            clock=time.time,
            pause=time.sleep,
        )
        run_ = Run(ports, trail, limit, Watcher(bar, verbose=is_verbose))
        trail.begin(chosen[0][0].tenant)
        lines = list(_told(run_, chosen, is_dry=is_dry))
        run_.finish()
    for line in lines:
        click.echo(line)
    if run_.is_full():
        click.echo(LIMIT_REACHED, err=True)
    end(batches)


@command.command()
@TENANT
@STAGE
@click.option("--json", "is_json", is_flag=True, help="Print JSON lines.")
@LIMIT
@with_target
def failed(
    tenant: str | None, stage: str | None, is_json: bool, limit: int | None, target: Target
) -> None:
    """List what is kept apart since a stage failed: which, why, how often and when.

    What failed is kept for 30 days, or until it is tried again and succeeds.
    """
    now_s, rows, left = time.time(), list[tuple[str, ...]](), limit
    for config in tenants(target.configs, tenant):
        for kept in kept_apart(failures(target), config.tenant, stage, now_s):
            if left == 0:
                break
            left = None if left is None else left - 1
            if is_json:
                click.echo(orjson.dumps(failed_json(config.tenant, kept)))
            else:
                rows += failed_rows(config.tenant, kept, now_s)
    if rows:
        print_failed(rows)
    elif not is_json:
        click.echo("nothing is kept apart", err=True)


@command.command()
@TENANT
@STAGE
@LIMIT
@DRY
@VERBOSE
@RESUME
@with_target
def retry(
    limit: int | None,
    is_dry: bool,
    is_verbose: bool,
    resumes: bool,
    target: Target,
    **which: str | None,
) -> None:
    """List what is kept apart, and send it to be tried again: the stages that failed, no others.

    What succeeds is forgotten; what fails again has one attempt more. What is over cannot be
    added to any more: it is not sent, and goes after 30 days. One that was interrupted, or came to
    its --limit, goes on with --resume.

    \b
    tocsin enrich retry --tenant acme --dry-run
    tocsin enrich retry --stage triage --limit 200
    tocsin enrich retry --stage triage --limit 200 --resume
    """
    tenant, stage = which["tenant"], which["stage"]
    chosen = tenants(target.configs, tenant)
    if stage is not None:
        chosen = [config for config, _ in with_stages(chosen, (stage,))]
    options = Options(tenant, (stage,) if stage else (), None, None, command="retry")
    trail = trail_of(target, options, resumes=resumes, is_dry=is_dry)
    batches = None if is_dry else batches_of(target)
    retry_ = Retry(
        configs=target.configs,
        groups=groups(target),
        failures=failures(target),
        batches=batches,
        trail=trail,
        now_s=time.time(),
        pause=time.sleep,
    )
    shown = Shown(None if is_verbose or is_dry else _SHOWN_ROWS, time.time())
    with progress_bar() as bar, trail.walking():
        fates = retry_.run(chosen, stage, limit, Watcher(bar, verbose=is_verbose), shown)
    shown.end()
    tell(fates, batches)
    if limit is not None and fates["fires"] >= limit:
        click.echo(LIMIT_REACHED, err=True)
    end(batches)


def _told(
    run_: Run, chosen: list[tuple[TenantConfig, tuple[str, ...]]], *, is_dry: bool
) -> Iterator[str]:
    for config, stages in chosen:
        found = counted(run_.over(config.tenant, stages), "alert")
        done = "would be sent" if is_dry else "sent"
        yield f"{config.tenant}: {found} {done} for {', '.join(stages)}"
