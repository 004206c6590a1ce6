"""Which of a tenant's rules are evaluated: those that no feature flag keeps from it."""

from collections.abc import Sequence

import msgspec

from tocsin.domain.config import TenantConfig
from tocsin.domain.flag import STAGE_FLAGS, FlagEvaluation, Stage
from tocsin.domain.rule import Rule
from tocsin.ports.flags import Flags

_ENTRIES_LIMIT = 1_000


class Flagged(msgspec.Struct, frozen=True):
    """A flag, the unit that it was asked for, and the answer."""

    flag: str
    unit: str
    evaluation: FlagEvaluation


class ActiveRules:
    """Says which rules are not resting; one object a worker, since it remembers.

    A rule that rests is as one that is not there: what it began is resolved.
    """

    def __init__(self, flags: Flags) -> None:
        self._flags = flags
        self._known: dict[str, tuple[TenantConfig, tuple[Rule, ...]]] = {}

    def __call__(self, config: TenantConfig) -> tuple[Rule, ...]:
        """Return the rules to evaluate, in the order of the configuration.

        A tenant without flags costs nothing, and one with flags once for each configuration.
        """
        if not config.flags and not any(rule.flag for rule in config.rules):
            return config.rules
        known = self._known.get(config.tenant)
        # The object and not its version, since what is tried out has one that was applied.
        if known is not None and known[0] is config:
            return known[1]
        if len(self._known) >= _ENTRIES_LIMIT:
            self._known.clear()
        rules = self._active(config)
        self._known[config.tenant] = (config, rules)
        return rules

    def _active(self, config: TenantConfig) -> tuple[Rule, ...]:
        stage = stage_flag(config, "rules", self._flags)
        if stage is not None and not stage.evaluation.is_on:
            return ()
        resting = {
            each.unit
            for each in rule_flags(config, config.rules, self._flags)
            if not each.evaluation.is_on
        }
        return tuple(rule for rule in config.rules if rule.name not in resting)


def stage_flag(config: TenantConfig, stage: Stage, flags: Flags) -> Flagged | None:
    """Return what switches a stage on or off for a tenant; None, and it is on, if nothing does."""
    name = STAGE_FLAGS[stage]
    if name not in config.flags:
        return None
    return Flagged(name, config.tenant, flags.evaluate(config, [(name, config.tenant)])[0])


def rule_flags(config: TenantConfig, rules: Sequence[Rule], flags: Flags) -> list[Flagged]:
    """Return an answer for each of the rules that has a flag."""
    asked = [(rule.flag, rule.name) for rule in rules if rule.flag]
    if not asked:
        return []
    return [
        Flagged(flag, unit, found)
        for (flag, unit), found in zip(asked, flags.evaluate(config, asked), strict=True)
    ]
