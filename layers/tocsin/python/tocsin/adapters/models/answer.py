"""What holds for the answers of all providers."""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from tocsin.domain.enrichment.triage import ANSWER_CHARACTERS
from tocsin.domain.errors import Permanent

# An answer within its limits has about 300; some models count what they think to themselves.
ANSWER_TOKENS = 4096
_CUT_OFF = frozenset({"max_tokens", "MAX_TOKENS", "model_context_window_exceeded"})
_WORD = re.compile("[A-Za-z_]{1,40}")


def finished(name: str, reason: object, ended_well: AbstractSet[str]) -> None:
    """Return if a model came to its end by itself. Raises Permanent that says what it did."""
    said = word(reason)
    if said in ended_well:
        return
    if said in _CUT_OFF:
        raise Permanent(f"{name}: its answer was cut off at {ANSWER_TOKENS} tokens")
    raise Permanent(f"{name}: it gave no answer ({said})")


def word(value: object) -> str:
    """Return a provider's own constant, or "unknown" for what is none: it may be anything."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else "unknown"


def text_of(name: str, texts: Iterable[object]) -> str:
    """Return the text of an answer. Raises Permanent if there is none, or far too much."""
    parts = [each for each in texts if isinstance(each, str)]
    if sum(map(len, parts)) > ANSWER_CHARACTERS:
        raise Permanent(f"{name}: its answer has more than {ANSWER_CHARACTERS} characters")
    text = "".join(parts).strip()
    if not text:
        raise Permanent(f"{name}: its answer is empty")
    return text
