"""What metric rules ask their sources: each question once, however many rules ask it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from tocsin.domain import metricrule
from tocsin.domain.config import TenantConfig
from tocsin.domain.rule import MetricRule, Rule, Source
from tocsin.domain.series import Answer, Asked


class Sources(Protocol):
    """Answers the queries of one tenant, from whatever source each names; it raises nothing."""

    def ask(
        self, tenant: str, configured: Mapping[str, Source], asked: Sequence[Asked], now_s: float
    ) -> list[Answer]:
        """Return an answer for each query, in order, within its time budget."""


def ask(
    sources: Sources, config: TenantConfig, rules: Iterable[Rule], at_s: float, now_s: float
) -> dict[str, list[Answer]]:
    """Return the answers to the queries of each metric rule, by name, in the rule's order."""
    wanted = {
        rule.name: metricrule.asked(rule, at_s) for rule in rules if isinstance(rule, MetricRule)
    }
    each = list(dict.fromkeys(asked for queries in wanted.values() for asked in queries))
    if not each:
        return {}
    answers = dict(zip(each, sources.ask(config.tenant, config.sources, each, now_s), strict=True))
    return {name: [answers[asked] for asked in queries] for name, queries in wanted.items()}
