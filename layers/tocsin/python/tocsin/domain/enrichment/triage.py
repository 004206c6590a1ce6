"""What a model said, checked: three plain texts in the one field that is marked as a machine's.

Nothing of an answer is followed, and nothing of it decides anything.
"""

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
_FENCE = "```"


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
    try:
        answer = msgspec.json.decode(_unfenced(text), type=_Answer)
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


def _unfenced(text: str) -> str:
    """Return what stands in a fence, or the text; in time linear in what a model says."""
    whole = text.strip()
    kind, line_end, fenced = whole.removeprefix(_FENCE).partition("\n")
    is_fenced = whole.startswith(_FENCE) and fenced.endswith(_FENCE)
    if not line_end or not is_fenced or kind.strip() not in ("", "json"):
        return text
    return fenced.removesuffix(_FENCE)


def is_empty(triage: Triage) -> bool:
    """Tell whether nothing is said."""
    return not (triage.cause or triage.impact or triage.checks)


def _hosts(about: Material) -> set[str]:
    """Return the names with dots that the alert itself has; pages may name what they like."""
    return hosts_in(" ".join([about.alert, *about.labels.values(), *about.annotations.values()]))
