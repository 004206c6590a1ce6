"""The stage `normalise_text`."""

from tests.builders import alert
from tests.unit.domain.enrichment.early import SUBJECT, after
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft
from tocsin.domain.enrichment.texts import stage

STAGE = stage(EnrichmentSettings())


def test_texts_become_plain_and_labels_stay() -> None:
    labels = {"host": "db\u200b-1\x00"}
    alert = after(STAGE, labels=labels, annotations={"summary": "a\u202eb\r\n", "n": "7"}).alert
    assert alert.annotations == {"summary": "ab", "n": "7"}
    assert alert.labels == {"alertname": "HighLatency", **labels}


def test_an_alert_whose_texts_are_plain_is_the_same_object() -> None:
    draft = Draft(alert=alert(annotations={"summary": "CPU is at 97 %"}))
    before = draft.alert
    assert STAGE.run(SUBJECT, draft) == ""
    assert draft.alert is before


def test_an_alert_without_texts_has_nothing_to_normalise() -> None:
    assert STAGE.run(SUBJECT, Draft(alert=alert())) == "it has no texts"
