"""CPU time of summaries and of triage without a model, in units that do not depend on the machine.

1 PE is that of `benchmarks.unit`. Run it with `make bench`.
"""

import sys
from collections.abc import Callable
from time import process_time

import msgspec

from benchmarks.unit import unit_s
from tests.builders import T0, alert
from tests.unit.domain.enrichment.test_extract import HOSTILE, RUNBOOK
from tocsin.adapters.models.extract import ExtractModel
from tocsin.domain.enrichment.extract import summarise
from tocsin.domain.enrichment.prompt import Material, material, prompt
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.domain.enrichment.triage import read
from tocsin.domain.found import Content, Enrichment, Findings, Link, Owner, RecentChange

ROUNDS = 7
SUMMARY_CHARACTERS = 600

_SUBJECT = Subject(tenant="bench", fingerprint="f", at_s=T0)
_DRAFT = Draft(
    alert=alert(
        labels={f"label{number}": "value-of-a-label" for number in range(8)},
        annotations={
            "summary": "Disk of db-1 is 98 % full because log rotation failed since the release",
            "description": "Requests of users fail with errors, and orders cannot be stored there",
        },
    ),
    found=Enrichment(
        owner=Owner(service="shop", team="checkout", tier="1"),
        links=(Link(title="Runbook", url="https://wiki.example/r"),),
    ),
    findings=Findings(
        changes=(RecentChange(at_s=T0 - 60, service="shop", title="v2"),),
        content=(Content(url="https://wiki.example/r", title="Runbook", summary=RUNBOOK),),
    ),
)
_LONG = {f"name{number}": "<&" * 30_000 for number in range(34)}
_HOSTILE = Draft(alert=alert(labels=_LONG, annotations=_LONG))


def _cpu_s(act: Callable[[], object], times: int) -> float:
    """Return the least of some rounds: noise only ever adds."""
    rounds = []
    for _ in range(ROUNDS):
        began_s = process_time()
        for _ in range(times):
            act()
        rounds.append((process_time() - began_s) / times)
    return min(rounds)


def main() -> None:
    """Measure and print."""
    unit, model = unit_s(), ExtractModel()
    asked = prompt(material(_SUBJECT, _DRAFT))
    about = msgspec.json.decode(asked.data, type=Material)
    answer = model.ask(asked, 1.0).text
    page = (RUNBOOK * 60)[:20_000]
    acts: dict[str, Callable[[], object]] = {
        "a summary of a page of 0.5 KB": lambda: summarise(RUNBOOK, SUMMARY_CHARACTERS),
        "a summary of a page of 20 KB": lambda: summarise(page, SUMMARY_CHARACTERS),
        "a prompt": lambda: prompt(material(_SUBJECT, _DRAFT)),
        "a prompt of 68 texts of 60 KB": lambda: prompt(material(_SUBJECT, _HOSTILE)),
        "triage without a model": lambda: model.ask(asked, 1.0),
        "reading an answer": lambda: read(answer, "extract", about),
    }
    for name, text in HOSTILE.items():
        acts[f"a summary of 64 KB of {name}"] = lambda text=text: summarise(text, 600)  # type: ignore[misc]
    for title, act in acts.items():
        took_s = _cpu_s(act, 5)
        sys.stdout.write(f"{title}: {took_s * 1e3:.2f} ms, {took_s / unit:.0f} PE\n")


if __name__ == "__main__":
    main()
