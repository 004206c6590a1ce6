"""Masks: what hides the volatile part of a value, so that it does not make an alert another one.

The patterns here are linear in what they read: each is bounded, or begins where a word does.
Those of users are RE2, which always is.
"""

import re
from collections.abc import Callable
from typing import Any, Literal, get_args

import msgspec

from tocsin.domain.errors import InvalidInput
from tocsin.domain.matchers import pattern

MaskKind = Literal["uuid", "timestamp", "ip", "pod", "hex", "number"]

# In the order in which they are applied: a number would take a UUID apart.
MASK_KINDS: tuple[MaskKind, ...] = get_args(MaskKind)

_HEX = "[0-9a-fA-F]"
# The letters of generated names: k8s.io/apimachinery, pkg/util/rand. Words hold vowels.
_POD = "[bcdfghjklmnpqrstvwxz2456789]"
_DATE = r"\d{4}-\d\d-\d\d"
_TIME = r"\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"

_PATTERNS: dict[MaskKind, str] = {
    "uuid": rf"\b{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}\b",
    # RFC 3339 and its relatives, and epoch seconds or milliseconds from 2001 to 2033.
    "timestamp": rf"\b{_DATE}(?:[T ]{_TIME})?|\b1\d{{9}}(?:\d{{3}})?\b",
    "ip": (
        r"\b\d{1,3}(?:\.\d{1,3}){3}\b"
        rf"|\b{_HEX}{{1,4}}(?::{_HEX}{{1,4}}){{7}}\b"
        rf"|\b{_HEX}{{1,4}}(?::{_HEX}{{1,4}}){{0,6}}::(?:{_HEX}{{1,4}}(?::{_HEX}{{1,4}}){{0,6}})?"
    ),
    # What a Deployment, DaemonSet, Job or CronJob appends; a StatefulSet's ordinal is identity.
    "pod": rf"-(?:{_POD}{{6,10}}-|\d{{8}}-)?{_POD}{{5}}$",
    "hex": rf"\b(?:0[xX]{_HEX}+|{_HEX}{{8,}})\b",
    "number": r"\d+(?:[.,]\d+)*",
}
Apply = Callable[[str], str]


class Mask(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to hide in some inputs: kinds of volatile parts, or what one RE2 pattern matches.

    The replacement of a pattern is literal.
    """

    fields: tuple[str, ...]
    kinds: tuple[MaskKind, ...] = ()
    pattern: str = ""
    replacement: str = ""


def steps_of(mask: Mask) -> list[tuple[str, Apply]]:
    """Return what a mask does, in order, each under the name to show it by.

    Raises InvalidInput for a pattern that is not RE2.
    """
    if mask.pattern:
        return [(mask.pattern, _by_pattern(mask.pattern, mask.replacement))]
    return [(kind, _by_kind(kind)) for kind in MASK_KINDS if kind in mask.kinds]


def _by_kind(kind: MaskKind) -> Apply:
    compiled, placeholder = re.compile(_PATTERNS[kind], re.ASCII), f"<{kind}>"
    if kind == "pod":
        placeholder = f"-{placeholder}"

    def apply(text: str) -> str:
        return compiled.sub(placeholder, text)

    return apply


def parse_pattern(text: str) -> Any:
    """Compile an RE2 pattern to replace by. Raises InvalidInput for one that is not fit."""
    compiled: Any = pattern(text)
    if not text or compiled.search("") is not None:
        raise InvalidInput("this pattern matches an empty text, so it would match everywhere")
    return compiled


def _by_pattern(text: str, replacement: str) -> Apply:
    compiled = parse_pattern(text)
    literal = replacement.replace("\\", "\\\\")

    def apply(value: str) -> str:
        masked: str = compiled.sub(literal, value)
        return masked

    return apply
