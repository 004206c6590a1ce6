"""Silences: what somebody asked not to be told of, from when until when.

A silence is never changed so that its past would read otherwise: what it silenced until now
stays as it was, and a change that would say something else ends it and begins another.
Source: Alertmanager, silence/silence.go.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from tocsin.domain.errors import InvalidInput
from tocsin.domain.matchers import Matcher, match_all, pattern

State = Literal["active", "pending", "expired"]

# How long a silence is still shown after its end.
KEPT_S = 120 * 3600.0
# Of one silence as JSON, and of all that a tenant has.
SIZE_LIMIT_BYTES = 32 * 1024
SILENCES_LIMIT = 10_000

_ORDER: dict[State, int] = {"active": 1, "pending": 2, "expired": 3}


class Silence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One silence; `matchers` keep the order in which they were given.

    `version` grows by one with each change that is stored; 0: not stored yet.
    """

    id: str
    matchers: tuple[Matcher, ...]
    starts_at_s: float
    ends_at_s: float
    updated_at_s: float
    created_by: str = ""
    comment: str = ""
    annotations: dict[str, str] = {}
    version: int = 0


class WantedSilence(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks for: a new silence, or with an `id` a change of that one.

    A time is None where it was not given: then it starts at once, and cannot end.
    """

    id: str = ""
    matchers: tuple[Matcher, ...]
    starts_at_s: float | None
    ends_at_s: float | None
    created_by: str
    comment: str
    annotations: dict[str, str] = {}


def state(silence: Silence, now_s: float) -> State:
    """Return what a silence is at a time; its first and last moment belong to it."""
    if now_s < silence.starts_at_s:
        return "pending"
    return "expired" if now_s > silence.ends_at_s else "active"


def check(wanted: WantedSilence, now_s: float) -> None:
    """Raise InvalidInput with status 400, in Alertmanager's words, for what is no silence."""
    if wanted.ends_at_s is None or (wanted.starts_at_s or 0.0) >= wanted.ends_at_s:
        raise _invalid("Failed to create silence: start time must be before end time")
    if wanted.ends_at_s < now_s:
        raise _invalid("Failed to create silence: end time can't be in the past")
    for index, matcher in enumerate(wanted.matchers):
        _check_matcher(index, matcher)
    if all(_takes_nothing(matcher) for matcher in wanted.matchers):
        raise _invalid("invalid silence: at least one matcher must not match the empty string")
    size_bytes = len(msgspec.json.encode(wanted))
    if size_bytes > SIZE_LIMIT_BYTES:
        raise _invalid(
            f"silence exceeded maximum size: {size_bytes} bytes (limit: {SIZE_LIMIT_BYTES} bytes)"
        )


def applied(
    former: Silence | None, wanted: WantedSilence, new_id: str, now_s: float
) -> tuple[str, list[Silence]]:
    """Return the id under which a wanted silence is known from now on, and what to store.

    It is the former one changed, where that leaves the past alone; else the former one ends
    and another begins, under `new_id`, not before now. `wanted` must have passed `check`.
    """
    starts_at_s = now_s if wanted.starts_at_s is None else wanted.starts_at_s
    changed = Silence(
        id=new_id,
        matchers=wanted.matchers,
        starts_at_s=starts_at_s,
        ends_at_s=wanted.ends_at_s or now_s,
        updated_at_s=now_s,
        created_by=wanted.created_by,
        comment=wanted.comment,
        annotations=wanted.annotations,
    )
    if former is not None and _leaves_the_past_alone(former, changed, now_s):
        in_place = msgspec.structs.replace(changed, id=former.id, version=former.version)
        return former.id, [in_place]
    created = msgspec.structs.replace(changed, starts_at_s=max(starts_at_s, now_s))
    ended = None if former is None else expired(former, now_s)
    return new_id, [created] if ended is None else [ended, created]


def expired(silence: Silence, now_s: float) -> Silence | None:
    """Return a silence that ends now; None for one that has ended already."""
    found = state(silence, now_s)
    if found == "expired":
        return None
    starts_at_s = now_s if found == "pending" else silence.starts_at_s
    return msgspec.structs.replace(
        silence, starts_at_s=starts_at_s, ends_at_s=now_s, updated_at_s=now_s
    )


def kept(silences: Iterable[Silence], now_s: float) -> list[Silence]:
    """Return the silences that are still to be shown."""
    return [each for each in silences if now_s < each.ends_at_s + KEPT_S]


def in_order(silences: Iterable[Silence], now_s: float) -> list[Silence]:
    """Sort for people: active by their end, pending by their start, expired latest first."""

    def place(silence: Silence) -> tuple[int, float, str]:
        found = state(silence, now_s)
        times = {
            "active": silence.ends_at_s,
            "pending": silence.starts_at_s,
            "expired": -silence.ends_at_s,
        }
        return _ORDER[found], times[found], silence.id

    return sorted(silences, key=place)


def has_matchers(silence: Silence, matchers: Iterable[Matcher]) -> bool:
    """Tell whether each of `matchers` is one of the silence's, in name, operator and value."""
    return all(matcher in silence.matchers for matcher in matchers)


def silenced_by(
    silences: Iterable[Silence], labels: dict[str, str], now_s: float
) -> tuple[str, ...]:
    """Return the ids of the silences that hold for these labels now, sorted."""
    found = (
        each.id
        for each in silences
        if each.starts_at_s <= now_s <= each.ends_at_s and match_all(each.matchers, labels)
    )
    return tuple(sorted(found))


def _leaves_the_past_alone(former: Silence, changed: Silence, now_s: float) -> bool:
    if former.matchers != changed.matchers:
        return False
    found = state(former, now_s)
    if found == "active":
        # To the second, since that is what clients send back.
        same_start = int(former.starts_at_s) == int(changed.starts_at_s)
        return same_start and changed.ends_at_s >= now_s
    return found == "pending" and changed.starts_at_s >= now_s


def _check_matcher(index: int, matcher: Matcher) -> None:
    about = f"invalid silence: invalid label matcher {index}"
    if not matcher.name:
        raise _invalid(f'{about}: invalid label name ""')
    if matcher.operator in ("=~", "!~"):
        try:
            pattern(matcher.value)
        except InvalidInput as error:
            raise _invalid(f"{about}: {error.message}") from error


def _takes_nothing(matcher: Matcher) -> bool:
    """Tell whether a matcher is met by a label that is not there, and so by almost all alerts."""
    return matcher.operator in ("=", "=~") and matcher.matches({})


def _invalid(message: str) -> InvalidInput:
    return InvalidInput(message, status=400, code="invalid_silence")
