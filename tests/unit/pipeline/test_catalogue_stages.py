"""`map_ownership` and `add_links` as enrich runs them: no alert and no file makes them fail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import alert
from tocsin.adapters.memory import MemoryBlobs
from tocsin.adapters.references import BlobReferences
from tocsin.domain.alert import Alert
from tocsin.domain.enrichment import links, ownership
from tocsin.domain.enrichment.catalogue import Service, encode
from tocsin.domain.enrichment.running import run
from tocsin.domain.enrichment.settings import EnrichmentSettings, LinkTemplate
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.domain.found import Enrichment
from tocsin.domain.matchers import parse_matchers
from tocsin.pipeline.enrichment.catalogues import Catalogues

SUBJECT = Subject(tenant="acme", fingerprint="f", at_s=1_700_000_000.0)
SERVICES = [
    Service(name="checkout", team="payments", runbook="https://wiki/{{ $labels.pod }}"),
    Service(name="db", matchers=parse_matchers('job=~"pg.*",pod!=""')),
]
LINKS = (
    LinkTemplate(
        title="{{ $labels.pod }} {{ $annotations.summary }}",
        url="https://a/{{ $labels.pod }}/{{ $annotations.summary }}?v={{ $value }}"
        "&s={{ $startsAt }}&m={{ $startsAt_ms + 1y }}&o={{ $owner.team }}",
    ),
    LinkTemplate(
        title="Pods", url="https://b/{{ $labels.pod }}", matchers=parse_matchers('job=""')
    ),
)
# Lone surrogates, too: JSON can hold them.
TEXTS = st.text(st.characters(), max_size=20) | st.sampled_from(["checkout", "..", "pg-1", "a/b"])
NAMES = st.sampled_from(["service", "job", "instance", "pod", "runbook_url", "summary", "link"])
ALERTS = st.builds(
    alert,
    labels=st.dictionaries(NAMES | TEXTS, TEXTS, max_size=6),
    annotations=st.dictionaries(NAMES, TEXTS | TEXTS.map("https://x/{}".format), max_size=4),
    url=TEXTS,
    value=st.none() | st.floats(),
    starts_at_s=st.none() | st.floats(),
)


def outcomes(given: Alert, *, is_stored: bool, entities: tuple[str, ...] = ()) -> dict[str, str]:
    references = BlobReferences(MemoryBlobs())
    digest = references.put("acme" if is_stored else "globex", encode(SERVICES))
    settings = EnrichmentSettings(catalogue=digest, links=LINKS)
    catalogues = Catalogues(lambda: references, lambda: 1.0)
    stages = [each.stage(settings, catalogues=catalogues) for each in (ownership, links)]
    draft = Draft(alert=given, found=Enrichment(entities={"service": entities}))
    results = run(stages, SUBJECT, draft, lambda: 0.0)
    assert draft.alert == given
    return {each.stage: each.outcome for each in results}


@given(ALERTS, st.booleans(), st.lists(TEXTS, max_size=3).map(tuple))
def test_no_alert_makes_a_stage_fail(
    given: Alert, is_stored: bool, entities: tuple[str, ...]
) -> None:
    assert "failed" not in outcomes(given, is_stored=is_stored, entities=entities).values()


@pytest.mark.parametrize(("is_stored", "outcome"), [(True, "ok"), (False, "skipped")])
def test_a_catalogue_that_is_missing_is_no_failure(is_stored: bool, outcome: str) -> None:
    found = outcomes(alert(labels={"service": "checkout", "pod": "p"}), is_stored=is_stored)
    assert found == {"map_ownership": outcome, "add_links": "ok"}
