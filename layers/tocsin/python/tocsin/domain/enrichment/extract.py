"""The embedded summariser: it picks the sentences that tell most, offline and always the same.

Where a sentence stands, how often its words come again in the text, and whether it speaks of what
goes wrong in operations decide. Nothing is invented: every sentence is one of the text.
"""

import re
from collections import Counter
from collections.abc import Sequence

import msgspec

from tocsin.domain.enrichment.sentences import cut, sentences

_WORD = re.compile(r"[^\W\d_][\w-]{2,30}")
_DIGITS = re.compile(r"\d+")

# What an engineer looks for; the beginnings of words.
_TELLING = re.compile(
    r"\b(?:abort|alert|back(?:ing|ed)? off|because|block|bottleneck|cannot|caused|corrupt|crash"
    r"|deadlock|degrad|denied|deploy|disk|down\b|drop|due to|error|evict|exceed|exception|exhaust"
    r"|expire|fail|fatal|full\b|hang|hung|kill|lag|latency|leak|limit|lost|memory|not respond"
    r"|oom|outage|out of|overload|panic|quota|refus|reject|restart|retr(?:y|ies)|roll(?:ed)? ?back"
    r"|root cause|saturat|slow|stale|stuck|throttl|time[ds]? ?out|timeout|unable|unavailab"
    r"|unhealthy|unreachable|unresponsive|warn)",
    re.IGNORECASE,
)
# A step of a runbook.
STEP = re.compile(
    r"(?:please |then |first,? |next,? |now )?(?:check|compare|confirm|connect|drain|ensure"
    r"|escalate|examine|fail ?over|find|increase|inspect|investigate|kill|list|look|make sure"
    r"|monitor|open|query|reboot|restart|revert|review|roll ?back|run|scale|see whether|stop"
    r"|tail|test|verify|watch)\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"\d ?(?:%|ms\b|s\b|[kmgt]i?b\b|qps\b|rps\b)|\b[45]\d\d\b", re.IGNORECASE)
# What pages have around their text, and the frames of a stack.
_EMPTY_TALK = re.compile(
    r"cookie|copyright|all rights reserved|subscribe|newsletter|sign (?:in|up)|log ?in\b|privacy"
    r"|terms of (?:use|service)|click here|read more|table of contents|edit this page|last updated"
    r"|^at [\w.$<>]+\(|^File \"|^\.\.\. \d+ more",
    re.IGNORECASE,
)
_QUIET = re.compile(r"\[?(?:DEBUG|TRACE|INFO)\b")
_ORDINARY_WORDS = """
about after all also and any are been before but can for from had has have how into its more most
not other our out over should some such than that the their them then there these they this those
under was were what when where which while who will with would you your
"""
_ORDINARY = frozenset(_ORDINARY_WORDS.split())
# What tells so little beside the best of a text is left out, though there were room for it.
_LEAST = 0.2
# Two sentences of which so much is the same say the same.
_SAME = 0.6


class Told(msgspec.Struct, frozen=True):
    """A sentence, its place in its text, how much it tells, and its words."""

    text: str
    place: int
    score: float
    words: frozenset[str]


def summarise(text: str, limit: int) -> str:
    """Return the sentences of a text that tell most, in its order, in at most `limit` characters.

    What repeats, or tells nearly nothing beside the rest, is left out even where there is room.
    """
    if limit <= 0:
        return ""
    chosen: list[Told] = []
    left = limit
    for each in best(text):
        size = len(each.text) + 2
        if size - 1 <= left and not _is_said(each, chosen):
            chosen.append(each)
            left -= size
        elif not chosen:
            return cut(each.text, limit)
    return _joined(sorted(chosen, key=lambda each: each.place))


def best(text: str) -> list[Told]:
    """Return the sentences that tell something, the most telling first."""
    found = sorted(told(text), key=lambda each: (-each.score, each.place))
    return [each for each in found if each.score >= _LEAST * found[0].score]


def told(text: str) -> list[Told]:
    """Return the sentences of a text, with how much each tells; repeats are left out."""
    found = list(dict.fromkeys(sentences(text)))
    words = [frozenset(_content_words(each)) for each in found]
    counts = Counter(word for each in words for word in each)
    return [
        Told(each, place, _score(each, place, own, counts), own)
        for place, (each, own) in enumerate(zip(found, words, strict=True))
    ]


def telling(text: str) -> int:
    """Return how many words of a text are those of something that goes wrong, three at most."""
    return min(3, len(set(_TELLING.findall(text.lower()))))


def _content_words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.lower()) if word not in _ORDINARY]


def _score(text: str, place: int, words: frozenset[str], counts: Counter[str]) -> float:
    if len(words) < 2:
        return 0.1 / (place + 1)
    frequent = sum(min(counts[word], 5) - 1 for word in words) / (len(words) + 4)
    score = 1.0 / (place + 1) + frequent + 0.7 * telling(text)
    score += 0.4 * bool(_AMOUNT.search(text)) + 0.6 * bool(STEP.match(text))
    return score * 0.1 if _EMPTY_TALK.search(text) or _QUIET.match(text) else score


def _is_said(each: Told, chosen: Sequence[Told]) -> bool:
    """Tell whether what was chosen says the same, but for numbers."""
    masked = _DIGITS.sub("0", each.text)
    for other in chosen:
        shared = len(each.words & other.words)
        smaller = min(len(each.words), len(other.words))
        if masked == _DIGITS.sub("0", other.text) or (smaller > 3 and shared > _SAME * smaller):
            return True
    return False


def _joined(chosen: Sequence[Told]) -> str:
    *before, last = (each.text for each in chosen) if chosen else ("",)
    ended = [each if each[-1] in ".!?:;\u2026" else f"{each}." for each in before]
    return " ".join([*ended, last])
