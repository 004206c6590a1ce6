"""The stage `redact`: texts and the link of an alert tell no secret to whoever reads them.

What storage rules redact at the door is gone already. This stage knows more kinds, needs no rule,
and leaves labels alone, since they are identity; its placeholder has no digest, since only the
door has a key to make one.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.domain.matchers import pattern
from tocsin.domain.secret_kinds import SECRET_KINDS, replaced
from tocsin.domain.storage_rules import REDACTION_KINDS, SECRET_REDACTIONS, RedactionKind

# Where a text has no such character at all, one look spares all words with it: the rarest first.
_SIGNS = ("_", "=", "/", "@", "z", "j", "x", "-", ".")
# Longer words than these are not remembered, so that memory stays small.
_REMEMBERED_CHARACTERS = 500


def _sign(word: str) -> str:
    return next((sign for sign in _SIGNS if sign in word), "")


def _kinds_by_word() -> dict[str, frozenset[RedactionKind]]:
    by_word: dict[str, set[RedactionKind]] = {}
    for kind in REDACTION_KINDS:
        for word in SECRET_KINDS[kind].words:
            by_word.setdefault(word, set()).add(kind)
    return {word: frozenset(kinds) for word, kinds in by_word.items()}


_KINDS_BY_WORD = _kinds_by_word()

# Each pass shows at least one more of secrets without anything between them.
_PASSES = 8


def _looks() -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Return the words by what one look for spares them all: a sign, then how several begin."""
    grouped: dict[str, dict[str, list[str]]] = {sign: {} for sign in (*_SIGNS, "")}
    for word in _KINDS_BY_WORD:
        grouped[_sign(word)].setdefault(word[:2], []).append(word)
    return [
        (sign, [(words[0] if len(words) == 1 else two, words) for two, words in groups.items()])
        for sign, groups in grouped.items()
    ]


_LOOKS = _looks()


def _kinds_in(text: str) -> frozenset[RedactionKind]:
    """Return the kinds of which a text holds a word."""
    lowered = text.lower()
    found: frozenset[RedactionKind] = frozenset()
    for sign, groups in _LOOKS:
        if sign in lowered:
            for beginning, words in groups:
                if beginning in lowered:
                    for word in words:
                        if word in lowered:
                            found |= _KINDS_BY_WORD[word]
    return found


# Alerts of one rule share their links.
_kinds_in_word = lru_cache(maxsize=1024)(_kinds_in)


class _Redact:
    """Looks for words that secrets have first: nearly every alert has none, and costs no more."""

    name = "redact"

    def __init__(self, kinds: Iterable[RedactionKind]) -> None:
        chosen = set(kinds)
        self._kinds = [kind for kind in REDACTION_KINDS if kind in chosen]
        self._always = frozenset(kind for kind in self._kinds if not SECRET_KINDS[kind].words)

    def run(self, _subject: Subject, draft: Draft) -> str:
        alert = draft.alert
        if not alert.annotations and not alert.url:
            return "it has no texts"
        near = self._near((*alert.annotations.values(), alert.url))
        if not near:
            return ""
        hidden: Counter[str] = Counter()
        texts = {name: _cleared(text, near, hidden) for name, text in alert.annotations.items()}
        url = _cleared(_without_user(alert.url, hidden), near, hidden)
        if hidden:
            draft.alert = replace(alert, annotations=texts, url=url)
            said = ", ".join(f"{count} {kind}" for kind, count in hidden.items())
            draft.found = replace(draft.found, mended=(*draft.found.mended, f"redacted: {said}"))
        return ""

    def cleared(self, text: str) -> str:
        """Return a text that is none of an alert's without what is hidden in those."""
        near = self._near((text,))
        return _cleared(text, near, Counter()) if near else text

    def _near(self, texts: Iterable[str]) -> list[RedactionKind]:
        """Return the kinds that texts may hold, in the order in which they are hidden."""
        found = self._always
        said = []
        for text in texts:
            if " " in text or len(text) > _REMEMBERED_CHARACTERS:
                said.append(text)
            else:
                found |= _kinds_in_word(text)
        if said:
            found |= _kinds_in("\n".join(said))
        return [kind for kind in self._kinds if kind in found] if found else []


def _cleared(text: str, kinds: list[RedactionKind], hidden: Counter[str]) -> str:
    # A secret that joins another ends where a placeholder stands now, and is seen only then.
    for _ in range(_PASSES):
        before = text
        for kind in kinds:
            text = _without(kind, text, hidden)
        if text == before:
            break
    return text


def _without(kind: RedactionKind, text: str, hidden: Counter[str]) -> str:
    known = SECRET_KINDS[kind]
    # RE2 is loaded and the pattern compiled at the first text that comes near to a secret.
    compiled = pattern(known.pattern)
    if compiled.search(text) is None:
        return text

    def hide(_secret: str) -> str:
        hidden[kind] += 1
        return f"[redacted:{kind}]"

    def instead(match: Any) -> str:
        return replaced(known, match, hide)

    cleared: str = compiled.sub(instead, text)
    return cleared


def _without_user(url: str, hidden: Counter[str]) -> str:
    """Leave user and password out of a link, which a placeholder there would make unreadable."""
    scheme, mark, rest = url.partition("://")
    ends = [place for place in map(rest.find, "/?#") if place >= 0]
    authority = rest[: min(ends)] if ends else rest
    if "@" not in authority:
        return url
    hidden["url-secret"] += 1
    return f"{scheme}{mark}{authority.rpartition('@')[2]}{rest[len(authority) :]}"


def _redact(settings: EnrichmentSettings) -> _Redact:
    return _Redact((*SECRET_REDACTIONS, *settings.redact))


def stage(settings: EnrichmentSettings) -> Stage:
    """Make the stage: it hides all kinds of secrets, and the kinds that the settings list."""
    return _redact(settings)


def hiding(settings: EnrichmentSettings) -> Callable[[str], str]:
    """Return what hides in other texts what the stage hides in those of an alert, if it is on."""
    return _redact(settings).cleared if "redact" in settings.early else str
