"""What a model said, checked: three plain texts in the one field that is marked as a machine's.

Nothing of an answer is followed, and nothing of it decides anything.
"""

import re

import msgspec

from tocsin.domain.enrichment.plain import hosts_in, plain, visible
from tocsin.domain.enrichment.prompt import (
    CAUSE_CHARACTERS,
    CHECK_CHARACTERS,
    CHECKS,
    IMPACT_CHARACTERS,
    Material,
)
from tocsin.domain.errors import Permanent
from tocsin.domain.found import Triage

# An answer that keeps to its limits has less than 2,000.
ANSWER_CHARACTERS = 20_000
_BY_CHARACTERS = 80
# Models like to wrap their JSON as documents do.
_FENCE = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n\s*```\s*", re.DOTALL)


class _Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cause: str
    impact: str
    checks: list[str]


def read(text: str, by: str, about: Material) -> Triage:
    """Return what a model answered, as plain text and cut.

    Raises Permanent for anything but the JSON object that was asked for, in words that quote
    nothing of it.
    """
    if len(text) > ANSWER_CHARACTERS:
        raise Permanent(f"{by}: its answer has more than {ANSWER_CHARACTERS} characters")
    fenced = _FENCE.fullmatch(text)
    try:
        answer = msgspec.json.decode(fenced.group(1) if fenced else text, type=_Answer)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise Permanent(f"{by}: its answer is not the JSON that was asked for") from None
    hosts = _hosts(about)
    checks = [plain(each, CHECK_CHARACTERS, hosts) for each in answer.checks[: CHECKS * 3]]
    return Triage(
        by=visible(by, _BY_CHARACTERS),
        cause=plain(answer.cause, CAUSE_CHARACTERS, hosts),
        impact=plain(answer.impact, IMPACT_CHARACTERS, hosts),
        checks=tuple(each for each in checks if each)[:CHECKS],
    )


def is_empty(triage: Triage) -> bool:
    """Tell whether nothing is said."""
    return not (triage.cause or triage.impact or triage.checks)


def _hosts(about: Material) -> set[str]:
    """Return the names with dots that the alert itself has; pages may name what they like."""
    return hosts_in(" ".join([about.alert, *about.labels.values(), *about.annotations.values()]))
