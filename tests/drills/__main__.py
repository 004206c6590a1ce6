"""Run the drills and print what people got: `python -m tests.drills`."""

import click
import msgspec

from tests.drills.drill import Drill, Plan, Result

STORM = Plan(minutes=40, storm=200)
DEAD = Plan(minutes=40, storm=200, dead_from=5, dead_until=15)


def main() -> None:
    """Print one table a drill."""
    for title, plan in (
        ("a storm, without a pace", msgspec.structs.replace(STORM, pace=None)),
        ("a storm", STORM),
        ("a storm while chat answers 500 for ten minutes", DEAD),
    ):
        _print(title, Drill(plan).run())


def _print(title: str, result: Result) -> None:
    plan = result.plan
    click.echo(f"{title}: {plan.storm} new alerts a minute, from minute 5 to 15")
    for name in ("chat", "pager"):
        steps = result.steps[name]
        distinct = len({(each.host, each.status) for each in steps})
        click.echo(
            f"  {name}: {len(steps)} steps told of {distinct} distinct, {result.twice(name)} twice;"
            f" {len(result.messages_at_s[name])} messages, at most"
            f" {max(result.a_minute(name))} a minute"
        )
        for when, begin, end in (("before", 0, 5), ("during", 5, 15), ("after", 15, 90)):
            found = result.latencies_s(name, begin, end)
            if found:
                p50, p99 = found[len(found) // 2], found[len(found) * 99 // 100]
                click.echo(f"    {when}: told after {p50:.0f} s (p50), {p99:.0f} s (p99)")
    click.echo(f"  tries in vain: {result.in_vain}; books settled: {result.is_settled}")


if __name__ == "__main__":
    main()
