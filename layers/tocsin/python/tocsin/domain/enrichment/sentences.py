"""Sentences of prose, of lists and of logs, in time linear in what a stranger sends."""

import re

# What is looked at of a text, and of one sentence.
LOOK_CHARACTERS = 20_000
SENTENCE_CHARACTERS = 400
_SENTENCES = 400

# What begins a line of a log or of a list and says nothing.
_PREFIX = re.compile(
    r"(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?[\d.,Z+:-]{0,16}\]? ?"
    r"|[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d "
    r"|[-*+\u2022#|>]{1,6} "
    r"|\d{1,3}[.)] )"
)
_END = re.compile(r"(?<![.!?])[.!?]{1,8}[\"')\]]{0,3} (?=[\"'(\[]{0,2}[^\W_a-z])")
# Before a dot that ends no sentence.
_SHORT_WORDS = """
approx ca cf dept dr e.g eg etc fig i.e ie incl inc jr max min mr mrs ms no nr op p pp prof resp
sec sr st v ver vs
"""
_SHORT = frozenset(_SHORT_WORDS.split())
# A line at least so long, which nothing ends, goes on in the next.
_WRAPPED_CHARACTERS = 40


def sentences(text: str) -> list[str]:
    """Return the sentences of a text in order, without time stamps, bullets and line breaks.

    A line of a log is a sentence of its own. Of a long text the beginning is looked at.
    """
    found: list[str] = []
    for line in _unwrapped(text[:LOOK_CHARACTERS]):
        found.extend(_of_line(line))
        if len(found) >= _SENTENCES:
            break
    return found[:_SENTENCES]


def _unwrapped(text: str) -> list[str]:
    """Return the lines that their author meant: a wrapped one goes on where the next is small."""
    lines: list[str] = []
    parts: list[str] = []
    for raw in text.splitlines():
        line = " ".join(raw.split())
        if parts and not _goes_on(parts[-1], line):
            lines.append(" ".join(parts))
            parts = []
        if line:
            parts.append(line)
    return [*lines, " ".join(parts)] if parts else lines


def _goes_on(line: str, following: str) -> bool:
    is_open = len(line) >= _WRAPPED_CHARACTERS and line[-1] not in ".!?:;"
    # The frames of a stack begin with a small "at".
    return is_open and following[:1].islower() and not following.startswith("at ")


def _of_line(line: str) -> list[str]:
    for _ in range(2):
        line = line[match.end() :] if (match := _PREFIX.match(line)) else line
    found, start = [], 0
    for end in _END.finditer(line):
        if not _is_short(line, start, end.start()):
            found.append(line[start : end.end()])
            start = end.end()
    found.append(line[start:])
    return [cut(each.strip(), SENTENCE_CHARACTERS) for each in found if each.strip()]


def _is_short(line: str, start: int, dot: int) -> bool:
    word = line[max(start, dot - 12) : dot].rpartition(" ")[2].lower().lstrip("(\"'[")
    return line[dot] == "." and (word in _SHORT or (len(word) == 1 and word.isalpha()))


def cut(text: str, limit: int) -> str:
    """Return a text of at most `limit` characters, cut between words where that is near."""
    if len(text) <= limit:
        return text
    if limit < 2:
        return text[: max(0, limit)]
    head = text[: limit - 1]
    space = head.rfind(" ")
    return (head[:space] if space > limit // 2 else head).rstrip(" ,;:") + "\u2026"
