"""What the stages cost an alert: the short form of `make bench-filter`, with room for noise."""

import msgspec
import pytest

from benchmarks.filter import BUDGETS_PE, ORDINARY, costs_pe
from benchmarks.unit import cpu_s, unit_s
from tests.builders import alert
from tocsin.domain.enrichment import entities, relevance
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject

# Measuring coverage slows these lines several times, and orjson, which is the unit, not at all.
_NOISE = 6
_STAGES = (
    relevance.stage(EnrichmentSettings()),
    entities.stage(EnrichmentSettings()),
)
_HOSTILE = (
    "premier league goal ", "a-", "a.", "a-a ", "<a", "https://x ", "::", "1.1.1.", "projects/a/",
    "on a-1 ", "arn:aws:s3:::", "x" * 50 + " ", "-api ", "pod a/", "@", "{{", "{", "Paris ",
)  # fmt: skip


@pytest.mark.parametrize("stage", _STAGES, ids=lambda stage: stage.name)
def test_an_ordinary_alert_costs_little(stage: Stage) -> None:
    generic = msgspec.structs.replace(ORDINARY, provider="generic", labels={"team": "shop"})
    unit = unit_s()
    for each in (ORDINARY, generic):
        assert costs_pe(stage, each, unit, repeats=100) < _NOISE * BUDGETS_PE[stage.name]


@pytest.mark.parametrize("part", _HOSTILE)
@pytest.mark.parametrize("stage", _STAGES, ids=lambda stage: stage.name)
def test_no_text_takes_longer_than_a_few_milliseconds(stage: Stage, part: str) -> None:
    text = (part * 16_384)[:16_384]
    texts = {f"text{each}": text for each in range(4)}
    labels = {name: text[:4096] for name in ("tags", "source", "entity", "instance")}
    hostile = alert(text[:4096], provider="generic", labels=labels, annotations=texts)
    words = alert("x y", provider="generic", annotations={"a": f"league goal {text}"})
    subject = Subject(tenant="acme", fingerprint="f", at_s=0.0)
    for each in (hostile, words):
        assert cpu_s(lambda each=each: stage.run(subject, Draft(each)), times=3) < 0.05
