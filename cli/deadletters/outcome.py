"""What a command did to dead letters, told at its end."""

import click

from cli.deadletters.redrive import Tally
from cli.deadletters.text import counted
from tocsin.domain.deadletter import Selection


def require(found: int, selection: Selection) -> None:
    """Refuse to pass over a letter that was named and is not there."""
    if selection.id is not None and not found:
        raise click.ClickException(f"there is no dead letter {selection.id}; see `dlq list --each`")


def report(tally: Tally, selection: Selection) -> None:
    """Say what a redrive did; end the command with an error if something stays dead."""
    require(tally.sent + tally.refused + tally.late, selection)
    click.echo(f"{counted(tally.sent, 'letter')} redriven")
    if tally.late:
        came = counted(tally.late, "letter")
        click.echo(f"{came} came after the redrive began, and stayed: see `dlq list`", err=True)
    if tally.copied:
        came = counted(tally.copied, "letter")
        click.echo(f"{came} could not be deleted; a second redrive does no harm", err=True)
    if tally.refused:
        came = counted(tally.refused, "letter")
        raise click.ClickException(f"{came} not taken by the queue, and still dead: try again")
