"""All the rules that a tenant has."""

import msgspec

from tocsin.configuration.problems import Problem
from tocsin.domain.rule import Rule


class TenantRules(msgspec.Struct, frozen=True):
    """The rules of all files and the default ones; `notes` is what is not taken."""

    rules: tuple[Rule, ...] = ()
    notes: tuple[Problem, ...] = ()
