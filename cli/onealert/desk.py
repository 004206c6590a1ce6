"""One alert of one tenant, as somebody at a terminal deals with it."""

from typing import Any

import click
import orjson
from rich.console import Console

from cli.onealert.client import AlertApi, Refused
from cli.onealert.text import headline, laid_out


class Desk:
    """Prints what the API says, for people or as JSON."""

    def __init__(self, api: AlertApi, *, tenant: str | None, is_json: bool, by: str) -> None:
        self._api = api
        self._tenant = tenant
        self._is_json = is_json
        self._by = by

    def show(self, name: str) -> None:
        """Print an alert and its story."""
        found = self._found(name)
        if self._is_json:
            click.echo(orjson.dumps(found))
        else:
            _console().print(laid_out(found))

    def act(self, name: str, action: str, **body: Any) -> None:
        """Do something about the episode that is there now, and print what was accepted."""
        given = {field: value for field, value in body.items() if value is not None}
        if self._by:
            given["by"] = self._by
        episode = self._episode(name)
        if episode is not None:
            given["episode"] = episode
        done = self._api.act(name, action, given)
        if self._is_json:
            click.echo(orjson.dumps(done))
            return
        console = _console()
        if "alert" in done:
            # That is how it was when the action was accepted; it takes effect a moment later.
            console.print(headline(done["alert"]))
        console.print(f"{action}: accepted ({done['id']})")

    def _episode(self, name: str) -> int | None:
        """Return the present episode; None for a key that may act and not read."""
        try:
            episode: int = self._found(name)["alert"]["episode"]
        except Refused as error:
            if error.code != "forbidden" or self._tenant is not None:
                raise
            return None
        return episode

    def _found(self, name: str) -> dict[str, Any]:
        found = self._api.show(name)
        owner = found["alert"]["tenant"]
        if self._tenant not in (None, owner):
            message = f"this key belongs to tenant {owner}, not {self._tenant}"
            raise click.ClickException(f"{message}: give one of {self._tenant}")
        return found


def _console() -> Console:
    return Console(highlight=False, markup=False, emoji=False)
