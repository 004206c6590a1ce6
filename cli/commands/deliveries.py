"""`tocsin deliveries`: what receivers were told, try by try, and one notification."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import click
import orjson
from rich.console import Console

from cli.ledger.text import laid_out, rows
from cli.onealert.client import AlertApi
from cli.onealert.where import found_api

_OUTCOMES = ("delivered", "failed", "dead-lettered", "suppressed", "digested")
# What one request asks for.
_PAGE = 200
# A key in two lines can neither be copied nor searched for; a narrow terminal breaks lines itself.
_LEAST_COLUMNS = 120


def _with_api(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say where to ask, and the `api` that they make."""

    @click.option("--url", envvar="TOCSIN_URL", help="Base URL of the API.")
    @click.option("--key", envvar="TOCSIN_API_KEY", help="API key with scope read.")
    @click.option("--tenant", help="Whose deliveries.  [default: that of the key]")
    @click.option(
        "--local", "is_local", is_flag=True, envvar="TOCSIN_LOCAL", help="Use the local cloud."
    )
    @click.option("--since", metavar="TIME", help="RFC 3339, or how long ago: 2h.  [default: 24h]")
    @click.option("--until", metavar="TIME", help="As --since.  [default: now]")
    @click.option("--json", "is_json", is_flag=True, help="Print JSON, a line each.")
    @wraps(function)
    def run(
        url: str | None,
        key: str | None,
        tenant: str | None,
        is_local: bool,
        since: str | None,
        until: str | None,
        **options: Any,
    ) -> None:
        url, key = found_api(url, key, tenant, is_local=is_local)
        api = click.get_current_context().find_object(AlertApi) or AlertApi(url, key or "")
        span = {"since": since, "until": until}
        query = {name: value for name, value in span.items() if value}
        function(api=api, tenant=tenant, query=query, **options)

    return run


@click.group()
def command() -> None:
    """List what receivers were told, try by try, and how it went.

    Each line is one try at a notification, newest first: delivered, failed (and to be tried
    again), or dead-lettered. Steps that were settled without a try stand there too: suppressed,
    with the reason, or digested, which means that the digest of the receiver tells them; that
    one is marked "(digest)". Start with `list --fingerprint` for one alert, then `show` what is
    in the column notification.
    """


@command.command(name="list")
@click.option("--receiver", help="Only this receiver's, by its name in tocsin.yaml.")
@click.option("--outcome", type=click.Choice(_OUTCOMES), help="Only those that ended so.")
@click.option("--fingerprint", help="Only what told of this alert.")
@click.option("--notification", metavar="KEY", help="Only tries at this notification.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@_with_api
def list_deliveries(
    api: AlertApi,
    tenant: str | None,
    query: dict[str, str],
    limit: int,
    is_json: bool,
    notification: str | None,
    **filters: str | None,
) -> None:
    """Print the newest tries, newest first."""
    asked = {**filters, "key": notification}
    query |= {name: value for name, value in asked.items() if value}
    found: list[dict[str, Any]] = []
    for page in _pages(api, query, limit):
        _require(page, tenant)
        found += page["deliveries"][: limit - len(found)]
        if len(found) >= limit:
            break
    if is_json:
        for each in found:
            click.echo(orjson.dumps(each))
    elif found:
        _console().print(rows(found))
    else:
        click.echo("no deliveries; --since looks further back", err=True)


@command.command()
@click.argument("key_of_notification", metavar="NOTIFICATION")
@_with_api
def show(
    api: AlertApi,
    tenant: str | None,
    query: dict[str, str],
    is_json: bool,
    key_of_notification: str,
) -> None:
    """Print one notification: what it told, each try at it, and how long people waited.

    NOTIFICATION is its key, toc_ and 32 digits: as `list` shows it, and as webhooks get it.
    """
    found = api.delivery(key_of_notification, query)
    _require(found, tenant)
    if is_json:
        click.echo(orjson.dumps(found))
    else:
        _console().print(laid_out(found))


def _pages(api: AlertApi, query: dict[str, str], limit: int) -> Iterator[dict[str, Any]]:
    """Yield pages up to the last one; a page may be empty and yet not the last."""
    asked = {**query, "limit": str(min(limit, _PAGE))}
    while True:
        page = api.deliveries(asked)
        yield page
        if page["next"] is None:
            return
        asked["cursor"] = page["next"]


def _require(found: dict[str, Any], tenant: str | None) -> None:
    owner = found["tenant"]
    if tenant not in (None, owner):
        raise click.ClickException(
            f"this key belongs to tenant {owner}, not {tenant}: give one of {tenant}"
        )


def _console() -> Console:
    found = Console(highlight=False, markup=False, emoji=False)
    found.width = max(found.width, _LEAST_COLUMNS)
    return found
