"""The stage `extract_entities`: hosts, services, addresses, links, resources and places.

Labels come first, since their names say what they hold; then what the texts mention. What is
found is for people to read and for later stages to look up, and decides nothing.
"""

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.enrichment.entities_labels import Named, named_by, read_tags, read_url, reader_of
from tocsin.domain.enrichment.entities_texts import read_text
from tocsin.domain.enrichment.entities_values import KINDS, VALUE_CHARACTERS, Kind, is_fit
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Subject

VALUES_OF_A_KIND = 20
# All that is found about an alert must fit into `FOUND_LIMIT_BYTES`, and this is a part of it.
CHARACTERS_IN_ALL = 3000
# How much of the texts is looked at, in characters: of each, and in all.
_OF_TEXT = 1500
_IN_ALL = 4000
# What is longer is not remembered, so that memory stays small.
_REMEMBERED_CHARACTERS = 500


class ExtractEntities:
    """Finds what an alert is about."""

    name = "extract_entities"

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
            if reader_of(name) is not None and len(value) <= VALUE_CHARACTERS:
                found.take(_in_field(name, value))
            elif value.startswith("http") or name == "tags":
                _read_unnamed(name, value, found)
    if alert.url:
        _read_link(alert.url, found)
    for text in _texts(alert):
        if " " in text:
            read_text(text, found.take)
        else:
            found.take(_in_word(text))
    return found.entities()


class _Found:
    """Values by kind, as many as one alert may carry along."""

    __slots__ = ("_left", "_values")

    def __init__(self) -> None:
        self._values: dict[Kind, dict[str, None]] = {}
        self._left = CHARACTERS_IN_ALL

    def take(self, named: Iterable[tuple[Kind, str]]) -> None:
        """Take values that are short enough and fit to be shown, unless there are enough."""
        found = self._values
        for kind, value in named:
            values = found.get(kind)
            if values is None:
                values = found[kind] = {}
            if value not in values and len(values) < VALUES_OF_A_KIND and len(value) <= self._left:
                values[value] = None
                self._left -= len(value)

    def add(self, kind: Kind, value: str) -> None:
        """Take a value, unless it is too long, unfit to be shown, or there are enough."""
        if is_fit(value):
            self.take(((kind, value),))

    def entities(self) -> dict[str, tuple[str, ...]]:
        found = self._values
        return {kind: tuple(values) for kind in KINDS if (values := found.get(kind))}


# Alerts of one rule share most of their labels, their links and their name.
@lru_cache(4096)
def _in_field(name: str, value: str) -> tuple[Named, ...]:
    """Return what a field names whose name says what its value is."""
    read = reader_of(name)
    return () if read is None else named_by(read, value)


@lru_cache(512)
def _in_link(url: str) -> tuple[Named, ...]:
    return named_by(read_url, url)


@lru_cache(1024)
def _in_word(text: str) -> tuple[Named, ...]:
    """Return what a text without blanks mentions."""
    named: list[Named] = []
    read_text(text, named.extend)
    return tuple(named)


def _read_unnamed(name: str, value: str, found: _Found) -> None:
    """Read a field whose name says nothing of its value."""
    if name == "tags":
        read_tags(value[:_OF_TEXT], found.add)
    elif " " not in value:
        _read_link(value, found)


def _read_link(url: str, found: _Found) -> None:
    if len(url) <= _REMEMBERED_CHARACTERS:
        found.take(_in_link(url))
    else:
        read_url(url, found.add)


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
