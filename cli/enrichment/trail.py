"""How far one command over stored alerts is: where it goes on, and what it writes down."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from cli.deadletters.text import counted
from cli.enrichment.checkpoints import Checkpoint, Checkpoints, Options
from cli.enrichment.stored import Place
from cli.target import Target
from tocsin.domain.errors import TocsinError

LIMIT_REACHED = "the limit is reached: --resume goes on after these alerts"


class Trail:
    """The way of one command; `resumed` is where it goes on. Without `checkpoints` it is dry."""

    def __init__(
        self,
        options: Options,
        began_at_s: float,
        checkpoints: Checkpoints | None = None,
        resumed: Checkpoint | None = None,
    ) -> None:
        self.options = options
        self.resumed = resumed
        self.began_at_s = began_at_s if resumed is None else resumed.began_at_s
        self._checkpoints = checkpoints
        self._before = 0 if resumed is None else resumed.cases

    def begin(self, tenant: str) -> None:
        """Write down that a command begins, with this tenant, unless it goes on.

        So what goes on is this one, however early it is interrupted, and none before it.
        """
        if self.resumed is None:
            self.save(tenant, 0)

    def passes(self, tenant: str) -> bool:
        """Tell whether all of a tenant is done."""
        return self.resumed is not None and tenant < self.resumed.tenant

    def within(self, tenant: str) -> Checkpoint | None:
        """Return where to go on in a tenant; None where it is to be done from its beginning."""
        resumed = self.resumed
        return resumed if resumed is not None and resumed.tenant == tenant else None

    def save(
        self,
        tenant: str,
        cases: int,
        place: Place | None = None,
        kept_to: str = "",
    ) -> None:
        """Write down how far it is; `cases` counts what was sent since it began or went on."""
        if self._checkpoints is not None:
            checkpoint = Checkpoint(
                tenant=tenant,
                place=place or Place(),
                cases=self._before + cases,
                began_at_s=self.began_at_s,
                kept_to=kept_to,
            )
            self._checkpoints.save(self.options, checkpoint)

    def finish(self) -> None:
        """Forget the way: all is done."""
        if self._checkpoints is not None:
            self._checkpoints.delete(self.options)

    @contextmanager
    def walking(self) -> Iterator[None]:
        """Say how to go on, if it is interrupted and can go on."""
        try:
            yield
        except (TocsinError, KeyboardInterrupt):
            if self._checkpoints is not None:
                click.echo("interrupted; the same command with --resume goes on", err=True)
            raise


def trail_of(target: Target, options: Options, *, resumes: bool, is_dry: bool) -> Trail:
    """Return the way of a command, and say where it goes on.

    Raises ClickException if it is to go on and nothing like it was interrupted.
    """
    if is_dry and not resumes:
        return Trail(options, time.time())
    table = target.resource("EnrichmentTable")
    checkpoints = Checkpoints(target.client("dynamodb"), table, time.time, time.sleep)
    resumed = _resumed(checkpoints, options) if resumes else None
    return Trail(options, time.time(), None if is_dry else checkpoints, resumed)


def _resumed(checkpoints: Checkpoints, options: Options) -> Checkpoint:
    found = checkpoints.load(options)
    if found is None:
        raise click.ClickException(
            f"no such {options.command} was interrupted in the last week: say the same options, "
            "or leave --resume"
        )
    click.echo(f"going on in {found.tenant} after {counted(found.cases, 'alert')}", err=True)
    return found
