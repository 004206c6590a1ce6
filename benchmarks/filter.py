"""How well the content filter and the extraction of entities do, and what they cost an alert.

Run it with `make bench-filter`. It fails where a labelled operational alert is taken for news,
and above the budgets of CPU.
"""

import sys
from collections.abc import Callable

import msgspec

from benchmarks import entitling, filtering
from benchmarks.filtering import COMBINATIONS, Combinations, Labelled
from benchmarks.unit import cpu_s, unit_s
from tocsin.domain.alert import Alert
from tocsin.domain.enrichment.entities import stage as extract_entities
from tocsin.domain.enrichment.entities_values import KINDS as ENTITIES
from tocsin.domain.enrichment.relevance import stage as filter_content
from tocsin.domain.enrichment.relevance_news import KINDS
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject

# Of an ordinary alert, by stage.
BUDGETS_PE = {"filter_content": 5.0, "extract_entities": 8.0}

ORDINARY = Alert(
    name="HighErrorRate",
    status="firing",
    provider="alertmanager",
    severity="warning",
    labels={
        "alertname": "HighErrorRate", "cluster": "eu-1", "namespace": "shop", "service": "checkout",
        "pod": "checkout-7d9f8b6c5-x2x4q", "instance": "10.0.3.7:9100", "team": "shop",
        "severity": "warning",
    },
    annotations={
        "summary": "5.2 % of the requests to checkout fail for ten minutes, which is above the 1 %",
        "description": "Look at the logs of the pod and at the database orders-db; see the runbook",
    },
)  # fmt: skip
_GENERIC = msgspec.structs.replace(
    ORDINARY, provider="generic", labels={"alertname": "HighErrorRate", "team": "shop"}
)
_NEWS = msgspec.structs.replace(
    _GENERIC,
    name="Lakers beat Celtics 112-104 in overtime",
    annotations={
        "summary": "LeBron James scored 34 points as the Lakers beat the Celtics in overtime.",
        "description": "The Lakers lead the series of the NBA playoffs after a long night.",
    },
)  # fmt: skip
_HOSTILE = msgspec.structs.replace(
    _GENERIC, annotations={f"text{each}": "premier league goal " * 800 for each in range(4)}
)


def costs_pe(stage: Stage, alert: Alert, unit: float, repeats: int = 300) -> float:
    """Return what a stage costs for one alert, in PE."""
    subject = Subject(tenant="acme", fingerprint="f", at_s=0.0)

    def act() -> None:
        for _ in range(repeats):
            stage.run(subject, Draft(alert))

    return cpu_s(act, times=7) / repeats / unit


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _texts(title: str, texts: list[Labelled], say: Callable[[Labelled], str]) -> int:
    """Print precision and recall; return how many operational alerts were taken for news."""
    figures = filtering.measured(texts, say)
    _say(f"{title}, {len(texts)} texts")
    rows = [(kind, *figures.of(kind)) for kind in KINDS]
    news = sum(are for _, _, _, are in rows)
    rows.append(("any", figures.marked_precision, figures.marked_recall, news))
    for kind, precision, recall, are in rows:
        _say(f"  {kind:<14} precision {precision:.3f}, recall {recall:.3f} of {are}")
    return sum(each.kind == filtering.OPERATIONAL for each in figures.wrong)


def _combined() -> None:
    """Print how alerts that were put together are taken."""
    parts = msgspec.json.decode(COMBINATIONS.read_bytes(), type=Combinations)
    rows = (
        ("short, tuned on", parts.subjects, parts.predicates, parts.context),
        ("prose, tuned on", parts.subjects, parts.predicates, parts.prose),
        ("short, later", parts.later_subjects, parts.later_predicates, parts.context),
        ("prose, later", parts.later_subjects, parts.later_predicates, parts.later_prose),
    )
    for title, *lists in rows:
        total, marked, sure = filtering.wrongly(*lists)
        _say(f"combined, {title}: of {total} {marked} are marked, {sure} would be dropped")


def _entities() -> None:
    """Print precision and recall of each kind of entity."""
    for title, held_out in (("development", False), ("held out", True)):
        alerts = entitling.labelled(held_out)
        figures = entitling.measured(alerts)
        _say(f"entities, {title}, {len(alerts)} alerts")
        for kind in (*ENTITIES, ""):
            precision, recall, are = figures.of(kind)
            text = f"precision {precision:.3f}, recall {recall:.3f} of {are}"
            _say(f"  {kind or 'any':<14} {text}")


def _cost() -> list[str]:
    """Print what the stages cost an alert; return where that of an ordinary one is too much."""
    unit = unit_s()
    settings = EnrichmentSettings()
    above = []
    for stage in (filter_content(settings), extract_entities(settings)):
        for title, alert in (
            ("ordinary", ORDINARY), ("generic", _GENERIC), ("news", _NEWS), ("hostile", _HOSTILE)
        ):  # fmt: skip
            took = costs_pe(stage, alert, unit)
            _say(f"{stage.name}, {title}: {took:.1f} PE an alert")
            if title in ("ordinary", "generic") and took > BUDGETS_PE[stage.name]:
                above.append(f"{stage.name} takes {took:.1f} PE of {BUDGETS_PE[stage.name]}")
    return above


def main() -> None:
    """Measure, print, and fail where a page could be lost or the budget is passed."""
    wrong = 0
    for title, held_out in (("development", False), ("held out", True)):
        texts = filtering.labelled(held_out)
        wrong += _texts(f"{title}, marked as the stage does", texts, filtering.by_all)
        wrong += _texts(f"{title}, marked by the words alone", texts, filtering.by_words)
        wrong += _texts(f"{title}, dropped by the words alone", texts, filtering.by_certainty)
    _combined()
    _entities()
    above = _cost()
    if wrong:
        above.append(f"{wrong} operational alerts are taken for news")
    sys.exit("; ".join(above) or 0)


if __name__ == "__main__":
    main()
