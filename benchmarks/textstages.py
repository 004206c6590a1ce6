"""CPU of the stages of enrichment that read texts, in the unit of the other benchmarks.

Each is measured with an ordinary alert, with one that holds a secret and characters that are not
shown, and with hostile texts of 64 KB. Run it with `make bench`.
"""

import sys
from collections.abc import Callable
from time import process_time

from benchmarks.unit import unit_s
from tests.integration.payloads import member, webhook
from tocsin.domain.alert import Alert
from tocsin.domain.enrichment import categories, redacting, scoring, texts, validation
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.domain.found import Enrichment, Link, Owner
from tocsin.providers.registry import provider

STAGES = [
    each.stage(EnrichmentSettings()) for each in (validation, texts, redacting, categories, scoring)
]
SUBJECT = Subject(tenant="acme", fingerprint="0" * 32, at_s=0.0)
FOUND = Enrichment(
    category="latency",
    entities={"host": ("db-1",), "service": ("checkout",)},
    owner=Owner(service="checkout", team="payments", contact="#payments", tier="1"),
    links=(Link(title="Runbook", url="https://runbooks.example/checkout/high-latency"),),
)
BUDGET_PE = 5.0


def _alert(**annotations: str) -> Alert:
    body = webhook(member("db-1", annotations=annotations) if annotations else member("db-1"))
    entry = provider("alertmanager").parse(body, 0.0)[0]
    assert isinstance(entry, Alert)
    return entry


MENDED = {
    "summary": "p\u200bassword=hunter2 \x1b[1mfailed\x1b[0m",
    "description": "Gr\u00fc\u00dfe\r\nand password=hunter2",
}
ASCII = {f"a{number}": "pwd=a1b text " * 1260 for number in range(4)}
BEYOND = {f"a{number}": "e\u0301\u200d\U0001f600" * 4000 for number in range(4)}
# With how many alerts of a kind each run is timed.
ALERTS = {
    "ordinary": (_alert(), 2000),
    "mended": (_alert(**MENDED), 2000),
    "64 KB of ASCII": (_alert(**ASCII), 10),
    "64 KB beyond ASCII": (_alert(**BEYOND), 10),
}


def _took_pe(stage: Stage, alert: Alert, rounds: int, unit: float) -> float:
    """Return the least of five runs: noise only ever adds."""
    return min(_run_s(stage, alert, rounds) for _ in range(5)) / rounds / unit


def _run_s(stage: Stage, alert: Alert, rounds: int) -> float:
    run: Callable[[Subject, Draft], str] = stage.run
    drafts = [Draft(alert=alert, found=FOUND) for _ in range(rounds)]
    began_s = process_time()
    for draft in drafts:
        run(SUBJECT, draft)
    return process_time() - began_s


def main() -> None:
    """Measure, print, and fail if a stage is above the budget for an ordinary alert."""
    unit = unit_s()
    over = []
    for title, (alert, rounds) in ALERTS.items():
        taken = {stage.name: _took_pe(stage, alert, rounds, unit) for stage in STAGES}
        rows = ", ".join(f"{name} {value:.1f}" for name, value in taken.items())
        sys.stdout.write(f"{title}: {sum(taken.values()):.1f} PE an alert ({rows})\n")
        over += [name for name, value in taken.items() if title == "ordinary" and value > BUDGET_PE]
    sys.exit(f"above {BUDGET_PE} PE: {', '.join(over)}" if over else 0)


if __name__ == "__main__":
    main()
