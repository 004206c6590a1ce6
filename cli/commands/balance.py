"""`tocsin balance`: what became of every accepted alert of a tenant."""

import json

import click
from rich.console import Console

from cli.demo.overview import read_overview
from cli.demo.sheet import balance_sheet
from cli.explanation import explained
from cli.target import LOCAL_FACTS, Target
from tocsin.domain.errors import TocsinError


@click.command()
@click.option("--tenant", help="Whose books.  [default: that of the API key]")
@click.option("--hours", default=24, show_default=True, type=click.IntRange(1, 720))
@click.option("--key", envvar="TOCSIN_API_KEY", help="API key with scope read.")
@click.option("--stack", envvar="TOCSIN_STACK", help="The stack's name.  [default: tocsin]")
@click.option(
    "--local", "is_local", is_flag=True, envvar="TOCSIN_LOCAL", help="Use the local cloud."
)
def command(
    tenant: str | None, hours: int, key: str | None, stack: str | None, is_local: bool
) -> None:
    """Add up what became of every accepted alert.

    Exits with 0 if accepted = delivered + duplicate + suppressed + dead-lettered and nothing
    is on its way.
    """
    with explained():
        base_url, found_key = _local(tenant) if is_local else (_base_url(stack), "")
        if not (key or found_key):
            if tenant is not None:
                _require(tenant, stack, is_local=is_local)
            raise click.UsageError("give an API key with scope read: --key or TOCSIN_API_KEY")
        overview = read_overview(base_url, key or found_key, hours)
        if tenant is not None and overview.tenant != tenant:
            _require(tenant, stack, is_local=is_local)
            raise click.ClickException(
                f"this key belongs to tenant {overview.tenant}, not {tenant}: give one of {tenant}"
            )
    Console().print(balance_sheet([overview]))
    if not overview.is_settled:
        raise SystemExit(1)


def _require(tenant: str, stack: str | None, *, is_local: bool) -> None:
    """End the command if there is no such tenant; pass if that cannot be told."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        tenants = Target.load(stack, is_local=is_local).configs.tenants()
    except (TocsinError, BotoCoreError, ClientError, click.ClickException):
        # Reading the books needs no right to list tenants, so that this is missing is no news.
        return
    if tenant not in tenants:
        there_are = f"there are {', '.join(tenants)}" if tenants else "there are none yet"
        raise click.ClickException(f"there is no tenant {tenant}; {there_are}")


def _base_url(stack: str | None) -> str:
    return Target.load(stack).outputs["ApiBaseUrl"]


def _local(tenant: str | None) -> tuple[str, str]:
    try:
        facts = json.loads(LOCAL_FACTS.read_text())
    except (OSError, ValueError) as error:
        raise click.ClickException("no local cloud is up here; start one with `make up`") from error
    keys: dict[str, str] = facts["api_keys"]
    return facts["base_url"], keys.get(tenant, "") if tenant else facts["api_key"]
