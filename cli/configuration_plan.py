"""`tocsin config plan`: what applying a file would change."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from cli.configuration_file import ConfigurationFile
from cli.target import Target, with_target
from tocsin.configuration.application import read_applied
from tocsin.configuration.catalogue_plan import CatalogueChange, catalogue_change
from tocsin.configuration.display import displayed
from tocsin.configuration.models import Document
from tocsin.configuration.plan import Applied, TenantPlan, plan
from tocsin.domain.config import TenantConfig

_SHOWN_NAMES = 20


@click.command("plan")
@click.argument(
    "file", default="tocsin.yaml", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@with_target
def plan_command(file: Path, target: Target) -> None:
    """Say what applying FILE (default: tocsin.yaml) would change; changes nothing."""
    document = ConfigurationFile(file).document
    applied = read_applied(document, target.configs, target.keys)
    for step in plan(document, applied):
        before = applied[step.tenant]
        if step.config is None:
            click.echo(f"{step.tenant}: unchanged, still version {step.version}")
        else:
            blocks = ", ".join(_changed_blocks(step.config, before.config)) or "secrets only"
            click.echo(f"{step.tenant}: would be version {step.version}; changes {blocks}")
        for line in catalogue_lines(document, step, before, target):
            click.echo(f"  {line}")
        for new in step.new_keys:
            click.echo(f"  new key {new.name}")
        for warning in step.warnings:
            click.echo(f"warning: {step.tenant}: {warning}", err=True)


def catalogue_lines(
    document: Document, step: TenantPlan, before: Applied, target: Target
) -> list[str]:
    """Return what changes in a tenant's service catalogue, a line for each kind of change."""
    wanted = document.tenants[step.tenant].catalogue
    if step.config is None:
        return []
    change = catalogue_change(step.tenant, wanted, before.config, lambda: target.references)
    return [] if change is None else list(_lines(change))


def _lines(change: CatalogueChange) -> Iterator[str]:
    count = f"{change.services} service{'' if change.services == 1 else 's'}"
    if not change.is_known:
        yield f"catalogue: {count}; the one in force cannot be read"
        return
    yield f"catalogue: {count}"
    for what, names in (
        ("new", change.added), ("changed", change.changed), ("gone", change.removed),
    ):  # fmt: skip
        if names:
            yield f"  {what:<8}{_listed(names)}"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN_NAMES
    shown = ", ".join(names[:_SHOWN_NAMES])
    return f"{shown} and {more} more" if more > 0 else shown


def _changed_blocks(wanted: TenantConfig, applied: TenantConfig | None) -> list[str]:
    if applied is None:
        return ["everything: nothing is applied yet"]
    after, before = displayed(wanted), displayed(applied)
    names = [name for name in {**after, **before} if after.get(name) != before.get(name)]
    if wanted.rules != applied.rules:
        names.append("rules")
    return names
