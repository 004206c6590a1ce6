"""`tocsin check`: whether a deployed stack has the right shape."""

import click

from cli.target import Target, with_target
from tocsin.adapters.shape import EXPECTED, check, missing


@click.command()
@with_target
def command(target: Target) -> None:
    """Check that a deployed stack's tables, queues and bucket have the right shape."""
    problems = missing(target.resources) + check(target.client, target.resources)
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise click.ClickException(f"{len(problems)} to mend in stack {target.stack}")
    click.echo(f"stack {target.stack}: {len(EXPECTED)} resources have the right shape")
