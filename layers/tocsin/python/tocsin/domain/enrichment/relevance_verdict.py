"""What a text is about: nothing that anybody runs, by its words, or else whatever it is.

Words and phrases of news add points, words of those who run things take them or decide. All
weights are in `relevance_news` and `relevance_operations`; nothing is learnt and nothing random.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from tocsin.domain.enrichment.relevance_news import phrases
from tocsin.domain.enrichment.relevance_operations import (
    DECISIVE,
    DECISIVE_PHRASES,
    DOUBTFUL,
)

# Chosen on development texts; docs/enrichment-filter.md has what the neighbours would do.
_LEAST_WORDS = 12
_LEAST_POINTS = 6
# How many points for news a point against it costs.
_POINTS_EACH = 3
_USUAL_WORDS = 2
# What is sure enough to be dropped.
_SURE_WORDS = 16
_SURE_POINTS = 12
_WORDS_SHOWN = 8

_PHRASES = phrases()
_CUES = frozenset(word for phrase in _PHRASES for word in phrase.split())
_LONGEST = max(len(phrase.split()) for phrase in _PHRASES)

# Underscores and slashes stay: what they join is one word that is no news, so `goal_service`,
# `shop/cart` and `GoalService` say nothing of goals and shops. Hyphens are for `_TECHNICAL`.
_MARKS = (
    ".,;:!?\"'()[]{}<>*|&+~`-\u201c\u201d\u201e\u2019\u2018\u00ab\u00bb\u2013\u2014\u2026\u2022"
)
_SPACES = str.maketrans(dict.fromkeys(_MARKS, " "))

_MARKUP = re.compile(r"https?://\S{1,500}|</?[a-z][^<>]{0,300}>", re.IGNORECASE)
# What stands in machines' texts and in no article: assignments, comparisons, calls, templates;
# addresses, ports, and sizes and times with their units.
_SIGNS = ("=", "_", "()", "{{", "${", " > ", " < ", " 0x", "->")
_FIGURES = re.compile(
    r"\d(?:\.\d{1,3}\.\d{1,3}\.\d| s\b| ?(?:ms|[kmgt]i?b|[kmg]bit|rpm|rps|qps)\b)"
    r"|(?<=at )\d{1,3} ?%|(?<=[a-z]:)\d{2,5}"
)


class Verdict(msgspec.Struct, frozen=True):
    """The kind of news that a text is, and the words that say so; no kind: it is none.

    `against` are the words that speak for the opposite; `is_sure` says that there is so much for
    it that an alert may go untold.
    """

    kind: str = ""
    points: int = 0
    words: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    is_sure: bool = False


NO_NEWS = Verdict()


def judge(name: str, texts: str = "") -> Verdict:
    """Tell what kind of news an alert of this name and these texts is, if any.

    Linear in the texts; the caller caps them.
    """
    lowered = _without_markup(f"{name} \n {texts}").lower()
    words = lowered.translate(_SPACES).split()
    # The first look, which decides most alerts: few words can be anything, and one is no news.
    if len(words) < _LEAST_WORDS or len(_CUES.intersection(words)) < 2:
        return NO_NEWS
    against = DECISIVE.intersection(words) or _doubtful_of(name)
    if against:
        return Verdict(against=tuple(sorted(against))[:_WORDS_SHOWN])
    verdict = _weighed(words)
    technical = _technical(lowered, words) if verdict.kind else ""
    return Verdict(against=(technical,)) if technical else verdict


def _technical(lowered: str, words: Sequence[str]) -> str:
    """Return what only stands in machines' texts, if anything does."""
    spaced = f" {' '.join(words)} "
    for sign in _SIGNS:
        if sign in lowered:
            return sign
    for phrase in DECISIVE_PHRASES:
        if phrase in spaced:
            return phrase
    figure = _FIGURES.search(lowered)
    return figure.group() if figure is not None else ""


def _doubtful_of(name: str) -> set[str]:
    """Return words of a name that say that something is wrong, as the names of alerts do."""
    words = name.lower().translate(_SPACES).split()
    return {word for word in words if DOUBTFUL.get(word, 0) > 1}


def _without_markup(text: str) -> str:
    if "://" in text or "<" in text:
        return _MARKUP.sub(" ", text)
    return text


def _weighed(words: Sequence[str]) -> Verdict:
    found = dict.fromkeys(_found(words))
    cues = [phrase for phrase in found if phrase in _PHRASES]
    against = tuple(word for word in found if word not in _PHRASES)
    points = sum(max(_PHRASES[phrase].values()) for phrase in cues)
    taken = sum(DOUBTFUL[word] for word in against)
    kind, told = _kind_of(cues)
    left = points - _POINTS_EACH * taken
    if not kind or len(cues) < 2 or left < _LEAST_POINTS:
        return Verdict("", left, (), against[:_WORDS_SHOWN])
    is_sure = left >= _SURE_POINTS and len(words) >= _SURE_WORDS
    return Verdict(kind, left, tuple(told[:_WORDS_SHOWN]), against[:_WORDS_SHOWN], is_sure)


def _kind_of(cues: Sequence[str]) -> tuple[str, list[str]]:
    """Return the kind that most speaks for, and its words, the strongest first.

    A kind needs one word or phrase that only its news has, or several that are usual in it.
    """
    weights: dict[str, dict[str, int]] = {}
    for phrase in cues:
        for kind, weight in _PHRASES[phrase].items():
            weights.setdefault(kind, {})[phrase] = weight
    if not weights:
        return "", []
    kind = max(weights, key=lambda each: sum(weights[each].values()))
    of_kind = list(weights[kind].values())
    if 3 not in of_kind and of_kind.count(2) < _USUAL_WORDS:
        return "", []
    return kind, sorted(weights[kind], key=lambda phrase: -weights[kind][phrase])


def _found(words: Sequence[str]) -> Iterator[str]:
    """Yield known phrases, the longest at each place, and doubtful words between them."""
    place, end = 0, len(words)
    while place < end:
        size = 1
        if words[place] in _CUES:
            size = _longest_at(words, place) or 1
        phrase = " ".join(words[place : place + size])
        if phrase in _PHRASES or phrase in DOUBTFUL:
            yield phrase
        place += size


def _longest_at(words: Sequence[str], place: int) -> int:
    for size in range(min(_LONGEST, len(words) - place), 0, -1):
        if " ".join(words[place : place + size]) in _PHRASES:
            return size
    return 0
