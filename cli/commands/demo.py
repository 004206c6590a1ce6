"""`tocsin demo`: the main job on the local cloud, watched from outside and audited."""

import time
from pathlib import Path

import click

import cli.demo
from cli.demo.books import audit
from cli.demo.channels import TENANT as CHANNELS
from cli.demo.climbs import check_climb
from cli.demo.enriched import PAGE, PAGE_PATH, check_helped, read_helped
from cli.demo.run import Demonstration
from cli.demo.scenario import acts
from cli.demo.sheet import balance_sheet, channel_sheet
from cli.demo.vendors import Vendors
from cli.demo.view import view_for
from cli.localcloud.cloud import ROOT, LocalCloud
from cli.localcloud.failures import told_plainly
from cli.localcloud.interrupts import ending_properly
from cli.localcloud.progress import Progress
from cli.localcloud.receiver import LocalReceiver

CONFIGURATION = Path(cli.demo.__file__).parent / "tocsin.yaml"


@click.command()
@click.option("--iam", is_flag=True, help="Refuse every AWS call that a role does not allow.")
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    default=ROOT / ".local" / "demo",
    help="Directory for logs and the build.  [default: .local/demo]",
)
def command(iam: bool, state: Path) -> None:
    """Run the main job on the local cloud and balance the books.

    Starts the whole stack on this machine, sends what monitoring tools send, and checks that
    every accepted alert is accounted for and every notification arrived exactly once. Exits
    with 0 only if all of it balances.
    """
    began_s = time.monotonic()
    progress = Progress()
    view = view_for(progress.console)
    with (
        ending_properly(),
        told_plainly(),
        LocalReceiver(on_arrival=view.arrived, pages={PAGE_PATH: PAGE}) as receiver,
        Vendors(on_received=view.received) as vendors,
        LocalCloud(iam=iam, state=state, progress=progress) as cloud,
    ):
        vendors.keep_secrets(cloud, CHANNELS)
        cloud.configure(CONFIGURATION, {"TOCSIN_RECEIVER_URL": receiver.url, **vendors.environ})
        demonstration = Demonstration(cloud, receiver, vendors, view)
        planned = acts(time.time())
        with view:
            evidence = demonstration.play(planned)
    helped = read_helped(evidence.arrivals)
    problems = [
        *demonstration.problems,
        *audit(planned, evidence),
        *check_climb(evidence.climb),
        *check_helped(helped),
    ]
    progress.console.print(balance_sheet(evidence.overviews.values()))
    progress.console.print(channel_sheet(evidence.channels))
    for line in (*evidence.climb.lines(), *helped.lines()):
        progress.console.print(line, soft_wrap=True)
    for problem in problems:
        click.echo(f"  {problem}", err=True)
    if problems:
        click.echo(f"It does not balance. Logs are in {state / 'logs'}.", err=True)
        raise SystemExit(1)
    count = len(evidence.arrivals) + sum(len(each.received) for each in evidence.channels)
    click.echo(
        f"It balances: {count} notifications, each exactly once, in "
        f"{time.monotonic() - began_s:.0f} s{', with IAM enforced' if iam else ''}."
    )
