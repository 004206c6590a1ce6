"""How many secrets the stage `redact` finds, and how many harmless texts it takes for one.

The texts were written before the rules for doubtful names. A text is of the held-out half if the
first byte of its BLAKE2b digest is odd.
"""

import json
from hashlib import blake2b
from pathlib import Path

import pytest

from tests.builders import T0, alert
from tocsin.domain.enrichment.redacting import stage
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Subject

_ROOT = Path(__file__).parents[4]
TEXTS = [
    json.loads(line)
    for line in (_ROOT / "benchmarks/data/redaction.jsonl").read_text().splitlines()
]
_STAGE = stage(EnrichmentSettings())


def is_held_out(text: str) -> bool:
    return blake2b(text.encode()).digest()[0] % 2 == 1


def summary(text: str) -> str:
    subject = Subject(tenant="acme", fingerprint="f", at_s=T0, left_s=lambda: 60.0)
    draft = Draft(alert=alert(annotations={"summary": text}))
    _STAGE.run(subject, draft)
    return draft.alert.annotations["summary"]


def figures(*, held_out: bool) -> tuple[int, int, int, int]:
    """Return secrets, how many of them are hidden, harmless texts, and how many are changed."""
    texts = [each for each in TEXTS if is_held_out(each["text"]) == held_out]
    secrets = [each for each in texts if each["secret"]]
    harmless = [each["text"] for each in texts if not each["secret"]]
    hidden = sum(each["secret"] not in summary(each["text"]) for each in secrets)
    wrong = sum(summary(text) != text for text in harmless)
    return len(secrets), hidden, len(harmless), wrong


@pytest.mark.parametrize("held_out", [False, True])
def test_the_page_tells_how_good_it_is(held_out: bool) -> None:
    secrets, hidden, harmless, wrong = figures(held_out=held_out)
    half = "held out" if held_out else "half in view"
    precision, recall = hidden / (hidden + wrong), hidden / secrets
    row = f"| {half} | {secrets} | {harmless} | {precision:.3f} | {recall:.3f} |"
    assert row in (_ROOT / "docs/enrichment-text.md").read_text()
    assert precision >= 0.95
    assert recall >= 0.7


@pytest.mark.parametrize("text", ["token=expired", "password: required", "secret=missing"])
def test_a_word_about_a_secret_is_none(text: str) -> None:
    assert text in [each["text"] for each in TEXTS]
    assert summary(text) == text
