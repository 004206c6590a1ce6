"""Runs one early stage on one alert, for the tests of early stages."""

from typing import Any

from tests.builders import alert
from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.domain.found import NOTHING, Enrichment

SUBJECT = Subject(tenant="acme", fingerprint="f", at_s=1.0)


def after(stage: Stage, found: Enrichment = NOTHING, **fields: Any) -> Draft:
    """Return the draft after the stage ran on an alert with these fields."""
    draft = Draft(alert=alert(**fields), found=found)
    stage.run(SUBJECT, draft)
    return draft
