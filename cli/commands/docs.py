"""`tocsin docs`: write the generated pages."""

from pathlib import Path

import click

from cli.reference import (
    alert_schema,
    configuration_page,
    models_schema,
    notification_schema,
    providers_page,
    rules_schema,
)

PAGES = {
    Path("docs/configuration.md"): configuration_page,
    Path("docs/alert.schema.json"): alert_schema,
    Path("docs/rules.schema.json"): rules_schema,
    Path("docs/models.schema.json"): models_schema,
    Path("docs/notification.schema.json"): notification_schema,
    Path("docs/providers/README.md"): providers_page,
}


@click.command()
@click.option("--check", "is_check", is_flag=True, help="Write nothing; fail if a page is stale.")
def command(is_check: bool) -> None:
    """Write the generated pages of docs/, from the root of the repository."""
    stale = []
    for path, page in PAGES.items():
        text = page()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(str(path))
        if not is_check:
            path.write_text(text, encoding="utf-8")
            click.echo(f"wrote {path}")
    if is_check and stale:
        raise click.ClickException(f"stale: {', '.join(stale)}; run `make docs`")
