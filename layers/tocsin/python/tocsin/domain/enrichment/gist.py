"""The gist of an alert: what it says about what, in the words that all tools share.

It is made of the name and the summary, and of the other texts only where those say little. It is
what is embedded: texts of different tools are near each other once their wording is.
"""

import re
from collections.abc import Iterable

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.enrichment.template import LIMIT_CHARS, PARTS, STATUSES, masked, template_of
from tocsin.domain.enrichment.vocabulary import AVAILABILITY, AXES, GENERAL, STOP, SUBJECTS

_BODY = ("description", "message", "trigger_description", "reason")
_WORDS_LIMIT = 60
# What of the sides is embedded; the others are said in too many ways, or not at all.
_TOLD = ("direction", "access", "trend", "color", "role")
# Subjects and sides count so many times as much as the words beside them.
_WEIGHT = 3
_GENERAL_WEIGHT = 2
# What CloudWatch says of every alarm.
_BOILERPLATE = "Threshold Crossed:"

# Where one word ends and the next begins inside a name.
_JOINTS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# What is left of numbers in a template: those of parts, and the first digit of a status.
_PART = re.compile(rf"\b({PARTS})[ =:#](\d{{1,5}})\b")
_STATUS = re.compile(rf"\b([45])xx\b|\b(?:{STATUSES})[ =:]([45])#")
_WORD = re.compile(r"[45]xx|[a-z]+")


def _compiled(words: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b(?P<c{i}>{each})\b" for i, each in enumerate(words.values())))


_subjects = (_compiled(SUBJECTS), tuple(SUBJECTS))
_DOWN = re.compile(rf"\b(?:{AVAILABILITY})\b")
_sides = {axis: (_compiled(sides), tuple(sides)) for axis, sides in AXES.items()}


class Gist(msgspec.Struct, frozen=True, array_like=True):
    """`text` to embed, the `subjects` that it names, and its sides by axis ("access=reads")."""

    text: str
    subjects: tuple[str, ...]
    sides: tuple[str, ...]


def gist_of(alert: Alert) -> Gist:
    """Return the gist of an alert; of one that says nothing, an empty one."""
    head = _words(dict.fromkeys((alert.name, _summary(alert))))
    body = _words(alert.annotations.get(name, "") for name in _BODY)
    subjects = _found(head, _subjects) or _found(body, _subjects)
    found = {axis: _found(head, known) or _found(body, known) for axis, known in _sides.items()}
    if not subjects and (_DOWN.search(head) or _DOWN.search(body)):
        subjects = ("availability",)
    things = _things(alert)
    rest = _rest(head, things) or _rest(body, things)
    told = (*subjects, *(side for axis in _TOLD for side in found[axis]))
    sides = tuple(f"{axis}={side}" for axis, each in found.items() for side in each)
    weight = _WEIGHT if _is_plain(subjects) else _GENERAL_WEIGHT
    text = " ".join((*told * weight, *rest)[:_WORDS_LIMIT])
    return Gist(text, subjects, sides + _parts(alert))


def _is_plain(subjects: tuple[str, ...]) -> bool:
    return any(each not in GENERAL for each in subjects)


def _summary(alert: Alert) -> str:
    summary = alert.annotations.get("summary", "")
    if summary.startswith(_BOILERPLATE):
        return alert.annotations.get("description", "")
    return summary


def _words(texts: Iterable[str]) -> str:
    return " ".join(_WORD.findall(masked(_JOINTS.sub(" ", "\n".join(texts)[:LIMIT_CHARS]))))


def _parts(alert: Alert) -> tuple[str, ...]:
    """Return the numbers of parts, and the classes of HTTP statuses, as sides."""
    text = template_of(alert).text
    found = {f"part {name}={number}" for name, number in _PART.findall(text)}
    found |= {f"status={first or digit}" for first, digit in _STATUS.findall(text)}
    return tuple(sorted(found))


def _things(alert: Alert) -> set[str]:
    """Return the words of the things that the labels name: near alerts share them all."""
    named = (value for name, value in alert.labels.items() if name != "alertname")
    return {word for value in named for word in _WORD.findall(value[:LIMIT_CHARS].lower())}


def _found(words: str, known: tuple[re.Pattern[str], tuple[str, ...]]) -> tuple[str, ...]:
    pattern, names = known
    found = {int((match.lastgroup or "c0")[1:]) for match in pattern.finditer(words)}
    return tuple(names[index] for index in sorted(found))


def _rest(words: str, things: set[str]) -> tuple[str, ...]:
    """Return the words beside the subjects, each once."""
    left = words
    for pattern, _ in (_subjects, *_sides.values()):
        left = pattern.sub(" ", left)
    return tuple(
        dict.fromkeys(word for word in left.split() if word not in STOP and word not in things)
    )
