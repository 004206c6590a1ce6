"""The stage `redact`: texts and the link of an alert tell no secret to whoever reads them.

What storage rules redact at the door is gone already. This stage knows more kinds, needs no rule,
and leaves labels alone, since they are identity; its placeholder has no digest, since only the
door has a key to make one.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.domain.matchers import pattern
from tocsin.domain.secret_kinds import SECRET_KINDS, replaced
from tocsin.domain.storage_rules import REDACTION_KINDS, SECRET_REDACTIONS, RedactionKind

_SIGNS = ("_", "=", "-", "/", "@", ".")


class _Redact:
    """Looks for words that secrets have first: nearly every alert has none, and costs no more."""

    name = "redact"

    def __init__(self, kinds: Iterable[RedactionKind]) -> None:
        chosen = set(kinds)
        self._kinds = [kind for kind in REDACTION_KINDS if kind in chosen]
        self._always = [kind for kind in self._kinds if not SECRET_KINDS[kind].words]
        by_word: dict[str, list[RedactionKind]] = {}
        for kind in self._kinds:
            for word in SECRET_KINDS[kind].words:
                by_word.setdefault(word, []).append(kind)
        # Where a text has no such sign at all, one look spares all words with it.
        self._signs = [
            (sign, [word for word in by_word if _sign(word) == sign]) for sign in (*_SIGNS, "")
        ]
        self._by_word = by_word

    def run(self, _subject: Subject, draft: Draft) -> str:
        alert = draft.alert
        if not alert.annotations and not alert.url:
            return "it has no texts"
        near = self._near("\n".join((*alert.annotations.values(), alert.url)).lower())
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

    def _near(self, lowered: str) -> list[RedactionKind]:
        """Return the kinds that texts may hold, in the order in which they are hidden."""
        found = set(self._always)
        for sign, words in self._signs:
            if sign in lowered:
                for word in words:
                    if word in lowered:
                        found.update(self._by_word[word])
        return [kind for kind in self._kinds if kind in found] if found else []


def _sign(word: str) -> str:
    return next((sign for sign in _SIGNS if sign in word), "")


def _cleared(text: str, kinds: list[RedactionKind], hidden: Counter[str]) -> str:
    for kind in kinds:
        text = _without(kind, text, hidden)
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


def stage(settings: EnrichmentSettings) -> Stage:
    """Make the stage: it hides all kinds of secrets, and the kinds that the settings list."""
    return _Redact((*SECRET_REDACTIONS, *settings.redact))
