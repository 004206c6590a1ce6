"""Sends the whole corpus and prints counts by class: `python -m tests.hostile`.

python -m tests.hostile           every case; then a part again, to the end of the pipeline
python -m tests.hostile --short   only that part: all but most of the changed samples
"""

import sys
from argparse import ArgumentParser

import tests.conftest  # noqa: F401 - the environment that Lambda would give
from tests.hostile.corpus import corpus
from tests.hostile.deployment import deployed
from tests.hostile.run import Row, Run, run

_COLUMNS = f"{'class':<24}{'cases':>8}{'2xx':>8}{'4xx':>8}{'5xx':>6}{'alerts':>9}{'slowest ms':>12}"


def table(found: Run) -> str:
    """Return the counts, one line a class, and their sum."""
    rows = found.rows.items()
    total = Row(
        cases=sum(row.cases for _, row in rows),
        good=sum(row.good for _, row in rows),
        refused=sum(row.refused for _, row in rows),
        failed=sum(row.failed for _, row in rows),
        alerts=sum(row.alerts for _, row in rows),
        slowest_ms=max(row.slowest_ms for _, row in rows),
    )
    return "\n".join([_COLUMNS, *(_line(kind, row) for kind, row in rows), _line("all", total)])


def _line(kind: str, row: Row) -> str:
    counts = f"{row.cases:>8}{row.good:>8}{row.refused:>8}{row.failed:>6}{row.alerts:>9}"
    return f"{kind:<24}{counts}{row.slowest_ms:>12.0f}"


def main() -> int:
    """Run; return 0 if every answer and every end was right."""
    parser = ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--short", action="store_true", help="leave most changed samples out")
    is_short = parser.parse_args().short
    complaints: list[str] = []
    with deployed() as deployment:
        if not is_short:
            found = run(deployment, "acme", corpus(whole=True), to_the_end=False)
            _tell("what is answered", found)
            complaints += found.complaints
        cases = [case for case in corpus(whole=False) if case.kind != "counts"]
        found = run(deployment, "acme", cases, to_the_end=True)
        _tell("what arrives: all that was accepted, unless said below", found)
        complaints += found.complaints
    return 1 if complaints else 0


def _tell(title: str, found: Run) -> None:
    lines = [title, table(found), f"{len(found.complaints)} wrong", *found.complaints[:50], "", ""]
    # Metrics of the handlers go to where the standard output is redirected to.
    sys.__stdout__.write("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
