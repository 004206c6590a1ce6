"""The stage `validate_input`: an alert's texts are within bounds, whatever way it came.

Providers hold these bounds at the door, so that there is seldom anything to mend. What all texts
of an alert come to is bounded here alone: the stages behind this one read all of them.
"""

from math import isfinite
from typing import Any

from msgspec.structs import replace

from tocsin.domain.alert import (
    ANNOTATION_VALUE_CHARACTERS,
    ANNOTATIONS_PER_ALERT,
    URL_CHARACTERS,
)
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.domain.plaintext import cut

# What the texts of one alert come to.
TEXTS_CHARACTERS = 65_536
# The annotations that are kept first: those that people and the next stages read.
FIRST = ("summary", "description", "message", "title", "runbook_url", "dashboard_url")


class _ValidateInput:
    name = "validate_input"

    def run(self, _subject: Subject, draft: Draft) -> str:
        alert = draft.alert
        changed, said = _mended_texts(alert.annotations)
        if alert.url and not is_web_link(alert.url):
            changed["url"] = ""
            said.append("the link was left out: it is too long, or neither http nor https")
        if alert.value is not None and not isfinite(alert.value):
            changed["value"] = None
            said.append("the value was left out: it is not a finite number")
        if changed:
            draft.alert = replace(alert, **changed)
            draft.found = replace(draft.found, mended=(*draft.found.mended, *said))
        return ""


def is_web_link(url: str) -> bool:
    """Tell whether a link is http or https, of a length that is sent, and safe to show."""
    is_web = url[:8].lower().startswith(("https://", "http://"))
    return is_web and len(url) <= URL_CHARACTERS and url.isprintable()


def bounded(texts: dict[str, str]) -> dict[str, str]:
    """Return texts that are neither too many nor too long; the same object if they are neither.

    What there is no room for is left out from the end, and of `FIRST` last of all.
    """
    lengths = list(map(len, texts.values()))
    if not lengths or (
        len(lengths) <= ANNOTATIONS_PER_ALERT
        and max(lengths) <= ANNOTATION_VALUE_CHARACTERS
        and sum(lengths) <= TEXTS_CHARACTERS
    ):
        return texts
    left, kept = TEXTS_CHARACTERS, {}
    for name in sorted(texts, key=_place)[:ANNOTATIONS_PER_ALERT]:
        if left:
            kept[name] = cut(texts[name], min(left, ANNOTATION_VALUE_CHARACTERS))
            left -= len(kept[name])
    return {name: kept[name] for name in texts if name in kept}


def _place(name: str) -> int:
    return FIRST.index(name) if name in FIRST else len(FIRST)


def _mended_texts(before: dict[str, str]) -> tuple[dict[str, Any], list[str]]:
    after = bounded(before)
    if after is before:
        return {}, []
    said = []
    missing = len(before) - len(after)
    shorter = sum(text != before[name] for name, text in after.items())
    if missing:
        said.append(f"{missing} of {len(before)} annotations were left out: they are too many")
    if shorter:
        said.append(f"{shorter} of {len(before)} annotations were cut: they are too long")
    return {"annotations": after}, said


def stage(_settings: EnrichmentSettings) -> Stage:
    """Make the stage; no setting changes what it does."""
    return _ValidateInput()
