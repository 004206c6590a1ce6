"""The shape of feature flags in `tocsin.yaml`, and what they come to for one tenant."""

from collections.abc import Mapping

from pydantic import Field

from tocsin.configuration.block import Block
from tocsin.configuration.fields import TEXT_LIMIT, Name
from tocsin.domain import flag as domain
from tocsin.domain.flag import STAGE_FLAGS
from tocsin.domain.rule import Rule


class Flag(Block):
    """What is switched on for some tenants, or for a percentage."""

    enabled: bool = Field(default=True, description="Whether it is on anywhere.")
    tenants: list[Name] | None = Field(
        default=None,
        min_length=1,
        max_length=1000,
        description="The tenants that it is for; every tenant if left out.",
    )
    excepted: list[Name] = Field(
        default=[], max_length=1000, alias="except", description="Tenants that it is not for."
    )
    percent: int = Field(
        default=100,
        ge=0,
        le=100,
        description="Of how many it is on: of a tenant's rules that name it, or of tenants for "
        "the flag of a stage. More adds to those that had it with less.",
    )
    description: str = Field(default="", max_length=TEXT_LIMIT, description="What it is about.")


def flags_of(tenant: str, models: Mapping[str, Flag]) -> dict[str, domain.Flag]:
    """Return what every flag comes to for one tenant; it says nothing of the others."""
    return {
        name: domain.Flag(choice=_choice(tenant, model), percent=model.percent)
        for name, model in models.items()
    }


def concerning(flags: Mapping[str, domain.Flag], rules: tuple[Rule, ...]) -> dict[str, domain.Flag]:
    """Return the flags of stages, and those that one of a tenant's rules names."""
    named = {*STAGE_FLAGS.values(), *(rule.flag for rule in rules)}
    return {name: flag for name, flag in flags.items() if name in named}


def _choice(tenant: str, model: Flag) -> domain.Choice:
    if not model.enabled:
        return "off"
    if tenant in model.excepted:
        return "excepted"
    return "on" if model.tenants is None or tenant in model.tenants else "for others"
