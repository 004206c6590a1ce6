"""`tocsin flags`: what is on for whom, and why."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from cli.configuration_file import ConfigurationFile
from cli.explanation import explained
from cli.target import Target
from tocsin.adapters.featureflags import OpenFeatureFlags
from tocsin.configuration.conversion import to_tenant_config
from tocsin.domain.config import TenantConfig
from tocsin.domain.flag import STAGE_FLAGS
from tocsin.pipeline.activerules import Flagged, rule_flags, stage_flag


@click.group()
def command() -> None:
    """List feature flags: what is on for whom, and why."""


@command.command("list")
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--tenant", help="Only what concerns this tenant.")
@click.option("--stack", envvar="TOCSIN_STACK", help="What is in force in the stack of this name.")
@click.option(
    "--local",
    "is_local",
    is_flag=True,
    envvar="TOCSIN_LOCAL",
    help="What is in force in the local cloud.",
)
def list_(file: Path | None, tenant: str | None, stack: str | None, is_local: bool) -> None:
    """List what the feature flags in FILE (default: tocsin.yaml) switch on, and why.

    With --stack or --local, and no FILE, those in force. A line for each flag of a stage, and
    for each rule that has a flag; what has none is on.
    """
    with explained():
        is_in_force = file is None and bool(stack or is_local)
        configs = (
            _in_force(stack, is_local=is_local) if is_in_force else _in_file(file or _default())
        )
        chosen = [each for each in configs if tenant in (None, each.tenant)]
    if tenant is not None and not chosen:
        raise click.ClickException(f"there is no tenant {tenant}")
    for config in chosen:
        _show(config)


def _default() -> Path:
    path = Path("tocsin.yaml")
    if not path.exists():
        raise click.ClickException("there is no tocsin.yaml here; name a FILE, --stack or --local")
    return path


def _in_file(path: Path) -> Iterator[TenantConfig]:
    for name, tenant in ConfigurationFile(path).document.tenants.items():
        yield to_tenant_config(name, tenant, 0)


def _in_force(stack: str | None, *, is_local: bool) -> Iterator[TenantConfig]:
    given = click.get_current_context().find_object(Target)
    target = given or Target.load(stack, is_local=is_local)
    for name in target.configs.tenants():
        config = target.configs.current(name)
        if config is not None:
            yield config


def _show(config: TenantConfig) -> None:
    flags = OpenFeatureFlags()
    stages = (stage_flag(config, stage, flags) for stage in STAGE_FLAGS)
    found = [*(each for each in stages if each), *rule_flags(config, config.rules, flags)]
    if not found:
        click.echo(f"{config.tenant}: nothing has a flag, all is on")
        return
    click.echo(config.tenant)
    click.echo("".join(_lines(found)), nl=False)


def _lines(found: Iterable[Flagged]) -> Iterator[str]:
    rows = [(each.flag, each.unit, each) for each in found]
    width, unit_width = max(len(row[0]) for row in rows), max(len(row[1]) for row in rows)
    for flag, unit, each in rows:
        state = "on" if each.evaluation.is_on else "off"
        yield f"  {flag:<{width}}  {unit:<{unit_width}}  {state:<3}  {each.evaluation.reason}\n"
