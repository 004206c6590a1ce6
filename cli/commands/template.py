"""`tocsin template`: looks at what receivers are told."""

import time
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from cli.configuration_file import ConfigurationFile
from cli.preview.channels import CHANNELS, previewed, stand_in
from cli.preview.notification import alerts_of, notification_of
from tocsin.configuration.conversion import to_tenant_config
from tocsin.domain.config import Receiver
from tocsin.providers.registry import NAMES

_PICTURES = {"gif", "jpeg", "jpg", "pdf", "png", "svg", "webp"}
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def command() -> None:
    """Look at what receivers are told, before anybody is."""


@command.command()
@click.option(
    "--channel", type=click.Choice(list(CHANNELS)), help="The kind.  [default: the receiver's]"
)
@click.option("--alert", "payload", type=_FILE, required=True, help="A payload as it is sent.")
@click.option("--provider", type=click.Choice(NAMES), help="Whose payload it is.")
@click.option("--config", "file", type=_FILE, help="Take the receiver from this tocsin.yaml.")
@click.option("--receiver", "name", help="Which receiver of it, with its language and template.")
@click.option("--tenant", default="default", show_default=True, help="Whose receiver.")
@click.option("--out", type=click.Path(path_type=Path), help="Write it there instead.")
def preview(payload: Path, provider: str | None, out: Path | None, **asked: Any) -> None:
    """Print what a channel would be sent of a payload; nothing is sent.

    It is JSON for slack, teams, pagerduty, opsgenie and webhook, and text for the others. Of an
    e-mail, --out FILE.html is the page, and any other name the text; of Slack, it is a drawing of
    the blocks, which Slack's own clients draw as they like. Whose payload it is may be
    left out if only one provider can read it, or if the name of the file begins with it. Secrets
    are *** and are not looked up, and the links to acknowledge, resolve and silence lead nowhere.
    With --config, the template of the receiver is used.

    \b
    tocsin template preview --channel slack --alert events/providers/alertmanager.json
    tocsin template preview --channel email --alert alert.json --out mail.html
    tocsin template preview --config tocsin.yaml --receiver oncall --alert alert.json
    """
    receiver, url = _receiver(**asked)
    alerts = alerts_of(payload, provider, time.time())
    parts = previewed(notification_of(receiver, asked["tenant"], alerts, url), time.time())
    kind = out.suffix.lstrip(".").lower() if out else ""
    if kind in _PICTURES or (kind == "html" and kind not in parts):
        pages = "an e-mail or a Slack message is written as FILE.html, for a browser to draw"
        raise click.BadParameter(f"no .{kind} can be written of this; {pages}", param_hint="--out")
    text = parts.get(kind) or next(iter(parts.values()))
    if out is None:
        click.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8")
    click.echo(f"wrote {out}")


def _receiver(
    file: Path | None, name: str | None, tenant: str, channel: str | None
) -> tuple[Receiver, str]:
    """Return the receiver that is asked for, as one of the kind, and the address of its tenant."""
    if (file is None) != (name is None):
        raise click.UsageError("--config and --receiver go together")
    if file is None or name is None:
        if channel is None:
            raise click.UsageError("give --channel, or --config and --receiver")
        return stand_in(channel), ""
    model = ConfigurationFile(file).document.tenants.get(tenant)
    if model is None:
        raise click.BadParameter(f"{file} has no tenant {tenant!r}", param_hint="--tenant")
    config = to_tenant_config(tenant, model, 1)
    found = config.receivers.get(name)
    if found is None:
        known = ", ".join(config.receivers)
        raise click.BadParameter(f"the receivers of {tenant}: {known}", param_hint="--receiver")
    kind = channel or found.kind
    if kind not in CHANNELS:
        raise click.BadParameter(f"what {kind} is sent is for programs", param_hint="--receiver")
    if kind != found.kind:
        other = stand_in(kind)
        found = replace(found, kind=other.kind, settings=other.settings)
    return found, config.external_url
