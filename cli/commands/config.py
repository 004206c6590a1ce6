"""`tocsin config`: check, apply, show and import tocsin.yaml."""

import time
from pathlib import Path

import click

from cli.configuration_file import ConfigurationFile
from cli.configuration_import import import_command
from cli.configuration_plan import catalogue_lines, plan_command
from cli.target import Target, with_target
from tocsin.configuration.application import (
    apply_settings,
    issue_keys,
    put_files,
    read_applied,
)
from tocsin.configuration.display import displayed
from tocsin.configuration.loopback import loopback_warning
from tocsin.configuration.plan import TenantPlan, plan
from tocsin.configuration.routing_conversion import to_routing
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import Conflict
from tocsin.domain.fingerprint_rules import DELAY_S, has_news
from tocsin.domain.routing import all_routes
from tocsin.ports import ApiKey, Configs

FILE = click.argument(
    "file", default="tocsin.yaml", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)


@click.group()
def command() -> None:
    """Check, plan, apply, show and import tocsin.yaml."""


command.add_command(import_command)
command.add_command(plan_command)


@command.command()
@FILE
def check(file: Path) -> None:
    """Check FILE (default: tocsin.yaml) without applying it."""
    given = ConfigurationFile(file)
    document = given.document
    click.echo(f"{file} is right")
    for name, tenant in document.tenants.items():
        routing = to_routing(name, tenant)
        receivers = ", ".join(f"{one.name} ({one.kind})" for one in routing.receivers.values())
        click.echo(f"  {name}")
        click.echo(f"    receivers  {receivers or 'none'}")
        click.echo(f"    routes     {sum(1 for _ in all_routes(routing.route))}")
        click.echo(f"    keys       {', '.join(key.name for key in tenant.keys) or 'none'}")
        if tenant.mappings:
            click.echo(f"    mappings   {', '.join(each.name for each in tenant.mappings)}")
        click.echo(f"    rules      {len(tenant.rules.rules)}")
        if tenant.catalogue is not None:
            click.echo(f"    catalogue  {len(tenant.catalogue.services)} services")
    if given.loopback:
        click.echo(f"warning: {loopback_warning(given.loopback)}", err=True)
    for problem in (*given.notes, *given.plain_secrets):
        click.echo(f"warning: {problem}", err=True)


@command.command()
@FILE
@with_target
def apply(file: Path, target: Target) -> None:
    """Make FILE (default: tocsin.yaml) the configuration in force.

    Creates the API keys that are listed and do not exist yet. Each secret is shown this once.
    Tenants and keys that the file does not name are left alone. Receivers on this machine are
    for the local cloud only.
    """
    given = ConfigurationFile(file)
    document = given.document
    if not target.is_local:
        given.refuse_loopback()
    secrets = () if target.is_local else given.plain_secrets
    for problem in (*given.notes, *secrets):
        click.echo(f"warning: {problem}", err=True)
    applied = read_applied(document, target.configs, target.keys)
    for step in plan(document, applied):
        changes = catalogue_lines(document, step, applied[step.tenant], target)
        _apply(step, target, given.text)
        _report(step)
        for line in changes:
            click.echo(f"  {line}")
        for issued in issue_keys(step, target.issue):
            click.echo(f"  new key {issued.key.name} ({_words(issued.key)}): {issued.text}")
        if step.new_keys:
            click.echo("  Keep new keys now: they cannot be shown again.")
    others = sorted(set(target.configs.tenants()) - set(document.tenants))
    if others:
        click.echo(f"not in {file}, left alone: {', '.join(others)}")


@command.command()
@click.option("--tenant", help="Show this tenant's configuration; else list the tenants.")
@click.option("--version", type=click.IntRange(min=1), help="Show this version; else the latest.")
@with_target
def show(tenant: str | None, version: int | None, target: Target) -> None:
    """Show what is in force, without secrets."""
    if tenant is None:
        if version is not None:
            raise click.UsageError("--version needs --tenant")
        _list_tenants(target.configs)
        return
    current = target.configs.current(tenant)
    if current is None:
        raise click.ClickException(f"tenant {tenant} has no configuration; see `config apply`")
    chosen = current if version is None else target.configs.version(tenant, version)
    if chosen is None:
        raise click.ClickException(
            f"tenant {tenant} has no version {version}; the latest is {current.version}"
        )
    _show(chosen, current.version)


def _apply(step: TenantPlan, target: Target, text: str) -> None:
    try:
        put_files(step, lambda: target.references)
        apply_settings(step, target.configs, target.keys, text, at_s=time.time())
    except Conflict as error:
        raise click.ClickException(
            f"somebody else applied to {step.tenant} meanwhile; see `config show`, then again"
        ) from error


def _report(step: TenantPlan) -> None:
    what = "unchanged, still" if step.config is None else "applied as"
    click.echo(f"{step.tenant}: {what} version {step.version}")
    if step.config is not None and has_news(step.config.fingerprints):
        click.echo(
            f"  fingerprint rules take effect in {DELAY_S:.0f} s, when all workers know them"
        )
    for warning in step.warnings:
        click.echo(f"warning: {step.tenant}: {warning}", err=True)
    for key in step.rescoped_keys:
        click.echo(f"  key {key.name} ({key.id}) may now {_words(key)}")


def _words(key: ApiKey) -> str:
    return " and ".join(key.scopes)


def _list_tenants(configs: Configs) -> None:
    for name in sorted(configs.tenants()):
        current = configs.current(name)
        if current is not None:
            count = len(current.receivers)
            click.echo(f"{name}  version {current.version}  receivers {count}")


def _show(config: TenantConfig, latest: int) -> None:
    import yaml

    versions = "1" if latest == 1 else f"1 to {latest}"
    click.echo(f"# version {config.version}; stored are {versions}")
    tenants = {"tenants": {config.tenant: displayed(config)}}
    click.echo(yaml.safe_dump(tenants, sort_keys=False), nl=False)
