"""What it costs to evaluate metric rules, in units that do not depend on the machine.

Answers are in memory as sources give them, five points a series, so this is the
evaluator's own code. Run it with `make bench`.
"""

import sys
from collections.abc import Sequence

from benchmarks.unit import cpu_s, unit_s
from tests.builders import T0
from tocsin.domain.metricrule import evaluate
from tocsin.domain.rule import Condition, MetricRule, Query
from tocsin.domain.rulestate import RuleState
from tocsin.domain.series import Series, labels_of

POINTS = 5
# PE a series where all is well, and where every one of them is remembered; and how much more a
# rule may cost among 1,000 than among 100.
BUDGET_PE = 1.8
BUDGET_REMEMBERED_PE = 3.5
BUDGET_GROWTH = 1.3

Answers = list[tuple[Series, ...]]


def _answer(rule: int, count: int, breaching: int) -> tuple[Series, ...]:
    """Return series of which the first few are above the threshold."""
    times = [T0 - 60.0 * (POINTS - 1 - index) for index in range(POINTS)]
    return tuple(
        Series(
            labels_of(
                {
                    "instance": f"10.{rule % 256}.{index >> 8}.{index & 255}:9100",
                    "job": f"job-{rule}",
                    "cluster": f"cluster-{index % 8}",
                    "namespace": f"namespace-{index % 200}",
                }
            ),
            tuple((at_s, 95.0 + index % 3 if index < breaching else 40.0) for at_s in times),
        )
        for index in range(count)
    )


def metric_rules(count: int, **fields: object) -> list[MetricRule]:
    condition = Condition(
        query=Query(metric="cpu_percent"), compare="gte", threshold=85.0, window_s=300.0
    )
    return [
        MetricRule(name=f"HighCpu{index}", conditions=(condition,), breaches=2, **fields)  # type: ignore[arg-type]
        for index in range(count)
    ]


def tick_s(rules: Sequence[MetricRule], series: int, breaching: int) -> float:
    """Return the CPU time of one tick over rules that have stood so for a while."""
    answers = [_answer(index, series, breaching) for index in range(len(rules))]
    states = [RuleState(tenant="acme", rule=rule.name) for rule in rules]

    def tick(at_s: float) -> None:
        for index, rule in enumerate(rules):
            states[index] = evaluate(rule, states[index], (answers[index],), at_s).state

    for index in range(2):
        tick(T0 + index)
    return min(cpu_s(lambda index=index: tick(T0 + 2 + index)) for index in range(3))  # type: ignore[misc]


def growth(counts: Sequence[int], series: int) -> list[float]:
    """Return the CPU time of a rule among so many others, beside that among the fewest."""
    times = [tick_s(metric_rules(count), series, 0) / count for count in counts]
    return [each / times[0] for each in times]


def _row(title: str, rules: Sequence[MetricRule], breaching: int, unit: float) -> float:
    """Print and return the PE of a series, over 10,000 series."""
    series = 10_000 // len(rules)
    took_pe = tick_s(rules, series, breaching) / unit
    text = f"{took_pe / len(rules):.1f} PE a rule, {took_pe / 10_000:.2f} PE a series"
    sys.stdout.write(f"{title}: {text}\n")
    return took_pe / 10_000


def main() -> None:
    """Measure, print, and fail above the budget."""
    unit = unit_s()
    well = [
        _row("1,000 rules, 10 series each, all well", metric_rules(1000), 0, unit),
        _row("1,000 rules, 10 series each, one fires", metric_rules(1000), 1, unit),
        _row("1 rule, 10,000 series, all well", metric_rules(1), 0, unit),
        _row("1 rule, 10,000 series, 100 fire", metric_rules(1), 100, unit),
        _row("1 rule, 10,000 series by cluster", metric_rules(1, by=("cluster",)), 0, unit),
    ]
    remembered = [
        _row("1 rule, 10,000 series, all fire", metric_rules(1), 10_000, unit),
        _row("1 rule, 10,000 series, all known", metric_rules(1, missing="breaching"), 0, unit),
    ]
    ratios = growth((100, 300, 1000), 10)
    text = ", ".join(f"{each:.2f}" for each in ratios)
    sys.stdout.write(f"a rule among 100, 300 and 1,000, beside the first: {text}\n")
    if max(well) > BUDGET_PE or max(remembered) > BUDGET_REMEMBERED_PE:
        sys.exit(f"above {BUDGET_PE} PE a series, or {BUDGET_REMEMBERED_PE} of those remembered")
    sys.exit(0 if max(ratios) <= BUDGET_GROWTH else f"above a growth of {BUDGET_GROWTH}")


if __name__ == "__main__":
    main()
