"""`tocsin normalize`: shows how a payload is read, without sending anything."""

import sys
import time
from typing import Any

import click
import orjson

from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidInput, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.wire import canonical
from tocsin.providers.reading import moment
from tocsin.providers.registry import NAMES, provider

SOME_UNREADABLE = 1
NOT_UNDERSTOOD = 2


@click.command("normalize")
@click.option("--provider", "name", required=True, type=click.Choice(NAMES), help="Whose payload.")
@click.option("--tenant", default="default", show_default=True, help="Part of the fingerprint.")
@click.option("--at", help="The time of receipt, RFC 3339 or epoch seconds. [default: now]")
def command(name: str, tenant: str, at: str | None) -> None:
    """Print the canonical alerts of a payload on standard input, one JSON line each.

    Alerts that cannot be read are named on standard error by index and path. Exits with 1 if
    there is one, and with 2 if the payload as a whole is not understood.
    """
    received_at_s = _received_at_s(at)
    try:
        entries = provider(name).parse(_payload(), received_at_s)
    except InvalidPayload as error:
        click.echo(error.message, err=True)
        sys.exit(NOT_UNDERSTOOD)
    for index, entry in enumerate(entries):
        _show(index, entry, tenant, received_at_s)
    if any(isinstance(entry, InvalidAlert) for entry in entries):
        sys.exit(SOME_UNREADABLE)


def _received_at_s(at: str | None) -> float:
    if at is None:
        return time.time()
    try:
        at_s = moment(at, "--at")
    except InvalidInput as error:
        raise click.BadParameter(error.message, param_hint="--at") from error
    if at_s is None:
        raise click.BadParameter("not a time", param_hint="--at")
    return at_s


def _payload() -> Any:
    try:
        return orjson.loads(sys.stdin.buffer.read())
    except orjson.JSONDecodeError as error:
        raise InvalidPayload(f"not JSON: {error}") from error


def _show(index: int, entry: Alert | InvalidAlert, tenant: str, received_at_s: float) -> None:
    if isinstance(entry, InvalidAlert):
        click.echo(f"{index}: {entry.path}: {entry.message}", err=True)
        return
    line = canonical(entry, fingerprint(tenant, entry.labels), received_at_s)
    click.echo(orjson.dumps(line))
