"""The stage `extract_entities`: hosts, services, addresses, links, resources and places.

Labels come first, since their names say what they hold; then what the texts mention. What is
found is for people to read and for later stages to look up, and decides nothing.
"""

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.enrichment.entities_labels import Add, read_tags, read_url, reader_of
from tocsin.domain.enrichment.entities_texts import read_text
from tocsin.domain.enrichment.entities_values import KINDS, VALUE_CHARACTERS, Kind
from tocsin.domain.enrichment.order import EarlyStage
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Subject

VALUES_OF_A_KIND = 20
# All that is found about an alert must fit into `FOUND_LIMIT_BYTES`, and this is a part of it.
CHARACTERS_IN_ALL = 3000
# How much of the texts is looked at, in characters: of each, and in all.
_OF_TEXT = 1500
_IN_ALL = 4000


class ExtractEntities:
    """Finds what an alert is about."""

    name: EarlyStage = "extract_entities"

    def run(self, subject: Subject, draft: Draft) -> str:
        entities = entities_of(draft.alert)
        if not entities:
            return "it names nothing"
        draft.found = msgspec.structs.replace(draft.found, entities=entities)
        return ""


def stage(settings: EnrichmentSettings) -> ExtractEntities:
    """Return the stage; no setting changes it."""
    return ExtractEntities()


def entities_of(alert: Alert) -> dict[str, tuple[str, ...]]:
    """Return what an alert names, by kind, each value once and in the order it was found."""
    found = _Found()
    for fields in (alert.labels, alert.annotations):
        for name, value in fields.items():
            read = reader_of(name)
            if read is not None and len(value) <= VALUE_CHARACTERS:
                read(value, found.add)
            else:
                _read_unnamed(name, value, found.add)
    _read_texts(alert, found.add)
    return found.entities()


class _Found:
    """Values by kind, as many as one alert may carry along."""

    __slots__ = ("_left", "_values")

    def __init__(self) -> None:
        self._values: dict[Kind, dict[str, None]] = {kind: {} for kind in KINDS}
        self._left = CHARACTERS_IN_ALL

    def add(self, kind: Kind, value: str) -> None:
        """Take a value, unless it is too long, unfit to be shown, or there are enough."""
        size = len(value)
        values = self._values[kind]
        if size > VALUE_CHARACTERS or size > self._left or value in values:
            return
        if len(values) < VALUES_OF_A_KIND and size and value.isprintable():
            values[value] = None
            self._left -= size

    def entities(self) -> dict[str, tuple[str, ...]]:
        return {kind: tuple(values) for kind, values in self._values.items() if values}


def _read_unnamed(name: str, value: str, add: Add) -> None:
    """Read a field whose name says nothing of its value."""
    if name == "tags":
        read_tags(value[:_OF_TEXT], add)
    elif value.startswith("http") and " " not in value:
        read_url(value, add)


def _read_texts(alert: Alert, add: Add) -> None:
    if alert.url:
        read_url(alert.url, add)
    for text in _texts(alert):
        read_text(text, add)


def _texts(alert: Alert) -> list[str]:
    """Return the name and what is said, as far as it is looked at."""
    left = _IN_ALL
    texts = []
    for text in (alert.name, *alert.annotations.values()):
        if " " in text and left > 0:
            texts.append(text[: min(_OF_TEXT, left)])
            left -= len(texts[-1])
        elif len(text) <= VALUE_CHARACTERS:
            texts.append(text)
    return texts
