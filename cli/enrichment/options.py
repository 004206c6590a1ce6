"""Options that several commands over alerts have."""

import click

from cli.enrichment.choice import duration_option
from tocsin.domain.enrichment.order import STAGES

TENANT = click.option("--tenant", help="Only this tenant's.  [default: all]")
LIMIT = click.option("--limit", type=click.IntRange(1), metavar="N", help="At most N alerts.")
DRY = click.option(
    "--dry-run", "is_dry", is_flag=True, help="Say what would be sent; write nothing."
)
SINCE = click.option(
    "--since",
    callback=duration_option,
    metavar="DURATION",
    help="Only what began to fire within so long, such as 2h.",
)
VERBOSE = click.option("--verbose", "is_verbose", is_flag=True, help="Name each alert and batch.")
STAGE = click.option(
    "--stage", type=click.Choice(STAGES), metavar="NAME", help="Only what failed in this stage."
)
RESUME = click.option(
    "--resume", "resumes", is_flag=True, help="Go on where the same command was interrupted."
)
PROVIDER = click.option(
    "--provider", metavar="NAME", help="Only what came from it, such as prometheus."
)
