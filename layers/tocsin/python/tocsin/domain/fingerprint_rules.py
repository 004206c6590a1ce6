"""Fingerprint rules: which parts of an alert are its identity, where it is not all labels.

A rule changes what is one alert and what is another. So a new set of rules takes effect at a
time that every worker knows of before, the rules of an event are those of its time of receipt,
and former sets stay known: an alert that fired under one of them must be found again.
"""

from collections.abc import Iterable, Sequence

import msgspec

from tocsin.domain.masks import Mask

# How long after `config apply` new rules take effect. Workers know a configuration for 30 s
# before they ask again, and their clocks differ by seconds.
DELAY_S = 60.0
# How many sets of rules an alert can be found under, the one in force included.
SETS_LIMIT = 6
# For a set that was made and not applied yet.
UNSET_S = -1.0


class FingerprintRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What counts in the alerts of one provider, or of all where `provider` is empty.

    `include` and `exclude` are names of labels (an empty `include`: all), `add` are paths to
    what counts beside them (see `domain.identity`). `alertname` always counts.
    """

    provider: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    masks: tuple[Mask, ...] = ()


class RuleSet(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The rules of a tenant from a time on; none: every label counts, as it is."""

    rules: tuple[FingerprintRule, ...] = ()
    from_s: float = 0.0


def in_force(sets: Sequence[RuleSet], at_s: float) -> int:
    """Return the place of the set that holds for what was received at `at_s`; newest first."""
    for place, each in enumerate(sets):
        if each.from_s <= at_s:
            return place
    return len(sets) - 1


def rule_for(rules: Iterable[FingerprintRule], provider: str) -> FingerprintRule | None:
    """Return the first rule for a provider, if there is one."""
    return next((rule for rule in rules if rule.provider in ("", provider)), None)


def succeeding(
    rules: tuple[FingerprintRule, ...], former: tuple[RuleSet, ...]
) -> tuple[RuleSet, ...]:
    """Return the sets once `rules` are applied after `former`, whose newest is first.

    At most SETS_LIMIT; who goes back and forth between a few keeps them all.
    """
    newest = former[0].rules if former else ()
    if rules == newest:
        return former
    sets = [RuleSet(rules=rules, from_s=UNSET_S), *(former or (RuleSet(),))]
    while len(sets) > SETS_LIMIT:
        del sets[_least_needed(sets)]
    return tuple(sets)


def _least_needed(sets: Sequence[RuleSet]) -> int:
    """Return the place of the oldest set whose rules a newer one has too; else of the oldest."""
    for place in range(len(sets) - 1, 0, -1):
        if any(sets[place].rules == newer.rules for newer in sets[:place]):
            return place
    return len(sets) - 1


def has_news(sets: Sequence[RuleSet]) -> bool:
    """Tell whether the newest set is yet to be applied."""
    return bool(sets) and sets[0].from_s == UNSET_S


def activated(sets: tuple[RuleSet, ...], at_s: float) -> tuple[RuleSet, ...]:
    """Let a set that is new at `at_s` take effect once every worker knows it."""
    if not has_news(sets):
        return sets
    return (msgspec.structs.replace(sets[0], from_s=at_s + DELAY_S), *sets[1:])


def is_coarser(rule: FingerprintRule | None, than: FingerprintRule | None) -> bool:
    """Tell whether alerts that are one under `than` surely are one under `rule` as well."""
    rule, than = rule or FingerprintRule(), than or FingerprintRule()
    # Without an own `include` and with more excluded, added less and masked more, a rule sees
    # no difference that the other does not see.
    return (
        _counts_no_more(rule, than)
        and set(rule.add) <= set(than.add)
        and rule.masks[: len(than.masks)] == than.masks
    )


def _counts_no_more(rule: FingerprintRule, than: FingerprintRule) -> bool:
    if than.include:
        return bool(rule.include) and (
            set(rule.include) - set(rule.exclude) <= set(than.include) - set(than.exclude)
        )
    if rule.include:
        return not set(rule.include) & set(than.exclude)
    return set(rule.exclude) >= set(than.exclude)
