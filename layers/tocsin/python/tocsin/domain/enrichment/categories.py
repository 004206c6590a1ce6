"""The stage `categorise`: one of a few categories, by the words of name, labels and texts."""

import re
from collections.abc import Iterable
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase

from msgspec.structs import replace

from tocsin.domain.alert import Alert
from tocsin.domain.enrichment.category_words import CATEGORIES, WORDS, Category
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject

# What a name says counts more than what labels and texts say.
_NAME_FACTOR = 3
# Below it an alert is of the category "other": one word of a text is not enough, unless it is
# clear; one of the name nearly always is.
_LEAST = 3
_NAME_CHARACTERS = 200
_TEXT_CHARACTERS = 300
_LABEL_CHARACTERS = 100
# Texts and labels that say what an alert is about. Hosts, pods and teams are not among them.
_TEXTS = ("summary", "description", "message", "title")
_LABELS = frozenset(
    (
        "job", "service", "namespace", "metric", "metric_type", "resource_type", "condition",
        "component", "type", "chart", "queue", "topic",
    )
)  # fmt: skip

# CamelCase, snake_case and words; of numbers only those that HTTP uses for errors.
_IN_NAMES = re.compile(r"[45][xX]{2}|50[234]|x509|k8s|[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# In texts words stand apart, and splitting them there costs a fifth of a pattern's time.
_MARKS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
_TO_BLANKS = str.maketrans(dict.fromkeys(_MARKS, " "))
# Strings split at four controls besides, which bytes do not.
_ASCII_BLANKS = f"{_MARKS}\x1c\x1d\x1e\x1f"
_ASCII_WORDS = bytes.maketrans(
    f"{ascii_uppercase}{_ASCII_BLANKS}".encode(),
    f"{ascii_lowercase}{' ' * len(_ASCII_BLANKS)}".encode(),
)

_Weights = dict[str, tuple[tuple[int, int], ...]]


def _weights(categories: Iterable[Category]) -> _Weights:
    """Return the places of its categories in `CATEGORIES` for each word, with its weights."""
    found: _Weights = {}
    for category in categories:
        for weight, words in WORDS[category].items():
            for word in words.split():
                for form in (word, f"{word}s"):
                    found[form] = (*found.get(form, ()), (CATEGORIES.index(category), weight))
    return found


_BY_WORD = _weights(WORDS)
_KNOWN: frozenset[str | bytes] = frozenset((*_BY_WORD, *map(str.encode, _BY_WORD)))
# A job or a service is often named for what watches it.
_BY_LABEL_WORD = _weights(category for category in WORDS if category != "monitoring")


def category_of(alert: Alert) -> Category:
    """Return the category whose words an alert has most of; "other" if it has hardly any."""
    said = " ".join(
        [text[:_LABEL_CHARACTERS] for name, text in alert.labels.items() if name in _LABELS]
    )
    known = _KNOWN.intersection(_words_of_texts(alert.annotations))
    return _category(alert.name[:_NAME_CHARACTERS], said, known)


# Texts of one rule differ in words that are not known here.
@lru_cache(maxsize=2048)
def _category(name: str, labels: str, known: frozenset[str | bytes]) -> Category:
    scores = [_NAME_FACTOR * score for score in _of_name(name)]
    _add(scores, _BY_LABEL_WORD, _words_of_name(labels))
    _add(scores, _BY_WORD, [word if isinstance(word, str) else word.decode() for word in known])
    most = max(scores)
    return CATEGORIES[scores.index(most)] if most >= _LEAST else "other"


@lru_cache(maxsize=2048)
def _of_name(name: str) -> tuple[int, ...]:
    scores = [0] * len(CATEGORIES)
    _add(scores, _BY_WORD, _words_of_name(name))
    return tuple(scores)


def _words_of_texts(texts: dict[str, str]) -> list[str] | list[bytes]:
    said = " ".join([texts[name][:_TEXT_CHARACTERS] for name in _TEXTS if name in texts])
    if said.isascii():
        # A table for bytes does all at once, in a tenth of the time.
        return said.encode().translate(_ASCII_WORDS).split()
    return said.lower().translate(_TO_BLANKS).split()


def _words_of_name(name: str) -> list[str]:
    return [word.lower() for word in _IN_NAMES.findall(name)]


def _add(scores: list[int], weights: _Weights, words: Iterable[str]) -> None:
    """Add the weight of each word, once however often it stands there."""
    for word in weights.keys() & words:
        for place, weight in weights[word]:
            scores[place] += weight


class _Categorise:
    name = "categorise"

    def run(self, _subject: Subject, draft: Draft) -> str:
        draft.found = replace(draft.found, category=category_of(draft.alert))
        return ""


def stage(_settings: EnrichmentSettings) -> Stage:
    """Make the stage; no setting changes what it does."""
    return _Categorise()
