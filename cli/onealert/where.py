"""Where the API is that a command asks, and with which key."""

import json

import click

from cli.target import LOCAL_FACTS


def found_api(
    url: str | None, key: str | None, tenant: str | None, *, is_local: bool
) -> tuple[str, str | None]:
    """Return the base URL and the key that options name, or those of the local cloud."""
    if is_local:
        url, key = _local(tenant, key)
    if not url:
        raise click.UsageError("say where: --url or TOCSIN_URL, or --local while `make up` runs")
    if not url.startswith(("https://", "http://")):
        raise click.UsageError("--url begins with https:// or http://")
    return url, key


def _local(tenant: str | None, key: str | None) -> tuple[str, str]:
    try:
        facts = json.loads(LOCAL_FACTS.read_text())
    except (OSError, ValueError) as error:
        raise click.ClickException("no local cloud is up here; start one with `make up`") from error
    keys: dict[str, str] = facts["api_keys"]
    if tenant is not None and not key and tenant not in keys:
        raise click.ClickException(f"there is no tenant {tenant}; there are {', '.join(keys)}")
    return facts["base_url"], key or (keys[tenant] if tenant else facts["api_key"])
