"""Whose alerts are meant, and which stages: what a command was asked for, checked."""

from collections.abc import Iterator, Sequence

import click

from tocsin.domain.config import TenantConfig
from tocsin.domain.duration import parse_duration
from tocsin.domain.enrichment.order import LATE, STAGES
from tocsin.ports import Configs


def stages_option(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Read a list of stages as click passes it."""
    names = [name.strip() for name in (value or "").split(",") if name.strip()]
    for name in names:
        if name not in STAGES:
            raise click.BadParameter(f"there is no stage {name}; there are {', '.join(STAGES)}")
    return tuple(name for name in STAGES if name in names)


def duration_option(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
    """Read a duration as click passes it, in seconds."""
    if value is None:
        return None
    try:
        return parse_duration(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def tenants(configs: Configs, name: str | None) -> list[TenantConfig]:
    """Return the configuration of the tenant of this name, or of all, in their order.

    Raises ClickException if there is no such tenant, or none at all.
    """
    if name is not None:
        config = configs.current(name)
        if config is None:
            raise click.ClickException(_no_tenant(configs, name))
        return [config]
    found = (configs.current(each) for each in sorted(configs.tenants()))
    known = [each for each in found if each is not None]
    if not known:
        raise click.ClickException("no tenant has a configuration; run config apply")
    return known


def with_stages(
    chosen: Sequence[TenantConfig], wanted: Sequence[str]
) -> Iterator[tuple[TenantConfig, tuple[str, ...]]]:
    """Yield each tenant with the stages to run: those wanted, or all late ones that are on.

    A tenant that lacks one is passed by where others are meant too, and said. Raises
    ClickException if none is left.
    """
    reasons = [(config, _why_not(config, wanted)) for config in chosen]
    if all(why for _, why in reasons):
        raise click.ClickException(reasons[0][1] if len(reasons) == 1 else _nobody(reasons))
    for config, why in reasons:
        if why:
            click.echo(f"left out: {why}", err=True)
        else:
            yield config, tuple(wanted) or late_on(config)


def stages_on(config: TenantConfig) -> tuple[str, ...]:
    """Return the stages that are on for a tenant, in their order."""
    settings = config.enrichment
    if settings is None:
        return ()
    return tuple(name for name in STAGES if name in (*settings.early, *settings.late))


def late_on(config: TenantConfig) -> tuple[str, ...]:
    """Return those of them that ask somebody."""
    return tuple(name for name in stages_on(config) if name in LATE)


def _why_not(config: TenantConfig, wanted: Sequence[str]) -> str:
    if config.enrichment is None:
        return f"{config.tenant} has no `enrichment` in its configuration, so no stage is on"
    off = [name for name in wanted if name not in stages_on(config)]
    if off:
        return (
            f"the stage {off[0]} is off for {config.tenant}: set enrichment.stages.{off[0]} to "
            "true in tocsin.yaml, and apply it"
        )
    if not wanted and not late_on(config):
        return (
            f"no late stage is on for {config.tenant}: switch one on under enrichment.stages in "
            "tocsin.yaml, or name early ones with --stages"
        )
    return ""


def _nobody(reasons: Sequence[tuple[TenantConfig, str]]) -> str:
    return "no tenant has these stages on:\n" + "\n".join(f"  {why}" for _, why in reasons)


def _no_tenant(configs: Configs, name: str) -> str:
    known = sorted(configs.tenants())
    return f"there is no tenant {name}" + (f"; there are {', '.join(known)}" if known else "")
