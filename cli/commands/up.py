"""`tocsin up`: the local cloud with a sample receiver, until Ctrl-C."""

import os
import shutil
import signal
from pathlib import Path

import click

from cli.localcloud.cloud import ROOT, LocalCloud
from cli.localcloud.failures import told_plainly
from cli.localcloud.interrupts import ending_properly
from cli.localcloud.progress import Progress
from cli.localcloud.receiver import Arrival, LocalReceiver

RECEIVER_PORT = 9099


@click.command()
@click.option("--iam", is_flag=True, help="Refuse every AWS call that a role does not allow.")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=ROOT / "tocsin.yaml",
    help="Configuration to apply.  [default: tocsin.yaml]",
)
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    default=ROOT / ".local",
    help="Directory for logs and the build.  [default: .local]",
)
def command(iam: bool, config: Path, state: Path) -> None:
    """Start the local cloud and keep it up until Ctrl-C.

    Prints where it listens, an API key and commands to try. Each notification that reaches the
    sample receiver is printed as one line.
    """
    with (
        ending_properly(),
        told_plainly(),
        _receiver() as receiver,
        LocalCloud(iam=iam, state=state, progress=Progress()) as cloud,
    ):
        cloud.configure(config, _addresses(receiver.url))
        cloud.write_facts()
        click.echo(welcome(cloud.base_url, cloud.keys, receiver.url))
        try:
            while True:
                signal.pause()
        except KeyboardInterrupt:
            click.echo("\nStopping.")


def _receiver() -> LocalReceiver:
    try:
        return LocalReceiver(RECEIVER_PORT, on_arrival=_print)
    except OSError:
        receiver = LocalReceiver(on_arrival=_print)
        click.echo(f"Port {RECEIVER_PORT} is taken; the sample receiver is at {receiver.url}.")
        return receiver


def _print(arrival: Arrival) -> None:
    click.echo(f"  notification  {arrival}")


def _addresses(receiver_url: str) -> dict[str, str]:
    """Return what the configuration's variables stand for; the user's own values win."""
    ours = {
        "TOCSIN_WEBHOOK_URL": f"{receiver_url}/webhook",
        "TOCSIN_SLACK_URL": f"{receiver_url}/slack",
    }
    return ours | dict(os.environ)


def welcome(base_url: str, keys: dict[str, str], receiver_url: str) -> str:
    """Say what is where and what to try, in lines that paste into a shell."""
    key = next(iter(keys.values()))
    alert = '{"name": "DiskFull", "severity": "critical", "labels": {"instance": "db-1"}}'
    tocsin = "tocsin" if shutil.which("tocsin") else ".venv/bin/tocsin"
    return f"""
The local cloud is up. In another shell, in this directory:

  export BASE={base_url} KEY={key}

  curl -i "$BASE/v1/alerts" -H "x-api-key: $KEY" -d '{alert}'

  amtool --alertmanager.url="$BASE/k/$KEY" alert add HighLatency instance=web-1

  {tocsin} balance --local

  API keys         {(os.linesep + " " * 19).join(f"{name}  {key}" for name, key in keys.items())}
  sample receiver  {receiver_url}, which prints what it hears below

Ctrl-C stops everything."""
