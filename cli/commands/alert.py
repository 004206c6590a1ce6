"""`tocsin alert`: show one alert, and acknowledge, assign, comment, snooze or resolve it."""

import getpass
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from cli.onealert.client import AlertApi
from cli.onealert.desk import Desk
from cli.onealert.where import found_api


def _with_desk(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say where the alert is, and the `desk` that they make."""

    @click.option("--url", envvar="TOCSIN_URL", help="Base URL of the API.")
    @click.option("--key", envvar="TOCSIN_API_KEY", help="API key.  [default: none]")
    @click.option("--tenant", help="Whose alert it is.  [default: that of the key]")
    @click.option(
        "--local", "is_local", is_flag=True, envvar="TOCSIN_LOCAL", help="Use the local cloud."
    )
    @click.option("--json", "is_json", is_flag=True, help="Print the answer as JSON.")
    @wraps(function)
    def run(
        url: str | None,
        key: str | None,
        tenant: str | None,
        is_local: bool,
        is_json: bool,
        by: str | None = None,
        **options: Any,
    ) -> None:
        url, key = found_api(url, key, tenant, is_local=is_local)
        api = click.get_current_context().find_object(AlertApi) or AlertApi(url, key or "")
        # With a key its name stands for who does not say; without one nobody would be named.
        who = by if by is not None or key else getpass.getuser()
        function(desk=Desk(api, tenant=tenant, is_json=is_json, by=who or ""), **options)

    return run


def _acting(function: Callable[..., None]) -> Callable[..., None]:
    by = click.option("--by", help="Who does it.  [default: the name of the key, else your login]")
    name = click.argument("fingerprint", metavar="FINGERPRINT")
    return name(by(_with_desk(function)))


_TEXT = click.option("--text", help="Why, for whoever reads its story.")


@click.group()
def command() -> None:
    """Show one alert, and acknowledge, assign, comment, snooze or resolve it.

    FINGERPRINT is tocsin's (32 digits), or Alertmanager's (16), as notifications and amtool show
    it. What is done counts for the episode that is there at that moment: when the alert is over
    and fires again, nobody has seen that yet.
    """


@command.command()
@click.argument("fingerprint", metavar="FINGERPRINT")
@_with_desk
def show(fingerprint: str, desk: Desk) -> None:
    """Print an alert: its state, who was told what, and what happened, oldest first."""
    desk.show(fingerprint)


@command.command()
@_acting
@_TEXT
def ack(fingerprint: str, text: str | None, desk: Desk) -> None:
    """Have it in hand: it is not repeated any more, and its end is told."""
    desk.act(fingerprint, "acknowledge", text=text)


@command.command()
@_acting
@_TEXT
def unack(fingerprint: str, text: str | None, desk: Desk) -> None:
    """Give it back: it is repeated again."""
    desk.act(fingerprint, "unacknowledge", text=text)


@command.command()
@_acting
@click.argument("assignee", metavar="WHO")
@_TEXT
def assign(fingerprint: str, assignee: str, text: str | None, desk: Desk) -> None:
    """Say that WHO deals with it; "" for nobody. It changes nothing of what is told."""
    desk.act(fingerprint, "assign", assignee=assignee, text=text)


@command.command()
@_acting
@click.argument("text", metavar="TEXT")
def comment(fingerprint: str, text: str, desk: Desk) -> None:
    """Write a comment into its story, also after its end."""
    desk.act(fingerprint, "comment", text=text)


@command.command()
@_acting
@_TEXT
def resolve(fingerprint: str, text: str | None, desk: Desk) -> None:
    """End it by hand: its end is told, and its sender's repeats do not bring it back."""
    desk.act(fingerprint, "resolve", text=text)


@command.command()
@_acting
@click.option("--for", "duration", metavar="DURATION", help="For so long, such as 1h.")
@click.option("--until", metavar="TIME", help="Until then, as RFC 3339.")
@_TEXT
def snooze(
    fingerprint: str, duration: str | None, until: str | None, text: str | None, desk: Desk
) -> None:
    """Put it off for a minute to a week: if it still fires then, it is told again."""
    desk.act(fingerprint, "snooze", **{"for": duration, "until": until, "text": text})
