"""The stage `normalise_text`: what is said about an alert becomes plain text."""

from msgspec.structs import replace

from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.domain.plaintext import plain_text


class _NormaliseText:
    """Labels are identity, and names of annotations are what templates ask for: they stay."""

    name = "normalise_text"

    def run(self, _subject: Subject, draft: Draft) -> str:
        before = draft.alert.annotations
        if not before:
            return "it has no texts"
        after = {name: plain_text(text) for name, text in before.items()}
        if after != before:
            draft.alert = replace(draft.alert, annotations=after)
        return ""


def stage(_settings: EnrichmentSettings) -> Stage:
    """Make the stage; no setting changes what it does."""
    return _NormaliseText()
