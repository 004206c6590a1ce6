"""Changes that are pushed: deployments and the like, in our own JSON or in that of PagerDuty.

Ours is one object, a list of them, or `{"changes": [...]}`; docs/changes.md lists the fields. An
object with a `payload` is a change event of PagerDuty's Events API v2.
Source: developer.pagerduty.com, "Send a change event".
"""

from typing import Any

import msgspec

from tocsin.domain.errors import InvalidInput, TooLarge
from tocsin.domain.found import RecentChange
from tocsin.providers.pushed_members import at, members
from tocsin.providers.reading import expected, moment, quoted, text, web_link

# Changes of one request.
COUNT_LIMIT = 1000
# Older changes are shown with no alert, and newer ones are of a wrong clock.
OLDEST_S = 7 * 86400.0
NEWEST_S = 300.0

SERVICE_CHARACTERS = 200
_TITLE_CHARACTERS = 300
_WORD_CHARACTERS = 100
_INVALID = "invalid_change"


class PushedChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What is good of a request, by index, and what is wrong with the rest."""

    changes: tuple[tuple[int, RecentChange], ...] = ()
    rejected: tuple[tuple[int, InvalidInput], ...] = ()


def parse(payload: Any, received_at_s: float) -> PushedChanges:
    """Read a request.

    Raises InvalidPayload for what holds no changes, and TooLarge above `COUNT_LIMIT`.
    """
    changes: list[tuple[int, RecentChange]] = []
    rejected: list[tuple[int, InvalidInput]] = []
    for index, (path, member) in enumerate(members(payload, "changes")):
        if index >= COUNT_LIMIT:
            raise TooLarge(f"a request may hold {COUNT_LIMIT} changes")
        try:
            changes.append((index, _change(member, path, received_at_s)))
        except InvalidInput as error:
            rejected.append((index, error))
    return PushedChanges(changes=tuple(changes), rejected=tuple(rejected))


def _change(member: Any, path: str, received_at_s: float) -> RecentChange:
    if type(member) is not dict:
        raise expected("an object", member, path)
    if type(member.get("payload")) is dict:
        member, path = _of_pagerduty(member), at(path, "payload")
    at_s = moment(member.get("time"), at(path, "time"))
    at_s = received_at_s if at_s is None else at_s
    if not received_at_s - OLDEST_S <= at_s <= received_at_s + NEWEST_S:
        message = "a change may be 7 days old, and 5 minutes ahead of our clock"
        raise InvalidInput(message, at(path, "time"), code=_INVALID)
    return RecentChange(
        at_s=at_s,
        service=_needed(member, "service", path, SERVICE_CHARACTERS),
        title=_needed(member, "title", path, _TITLE_CHARACTERS),
        kind=plain(text(member.get("kind")), _WORD_CHARACTERS),
        by=plain(text(member.get("by")), _WORD_CHARACTERS),
        url=web_link(member.get("url")),
    )


def _of_pagerduty(event: dict[str, Any]) -> dict[str, Any]:
    """Return a change event of PagerDuty's in our words; what it is of stands in `source`."""
    payload = event["payload"]
    details = payload.get("custom_details")
    details = details if type(details) is dict else {}
    links = event.get("links")
    first = links[0] if type(links) is list and links else {}
    return {
        "service": details.get("service") or payload.get("source"),
        "title": payload.get("summary"),
        "time": payload.get("timestamp"),
        "kind": details.get("kind"),
        "by": details.get("by"),
        "url": first.get("href") if type(first) is dict else "",
    }


def _needed(member: dict[str, Any], name: str, path: str, limit: int) -> str:
    value = member.get(name)
    if value is not None and type(value) is not str:
        raise expected("a string", value, at(path, name))
    shown = plain(value or "", limit)
    if not shown:
        message = f"a change needs a `{name}`"
        if value:
            message += f", and {quoted(value)} has nothing to read"
        raise InvalidInput(message, at(path, name), code=_INVALID)
    return shown


def plain(value: str, limit: int) -> str:
    """Return a text in one line of what can be shown, cut where it is too long."""
    shown = "".join(each if each.isprintable() else " " for each in value[: 4 * limit])
    return " ".join(shown.split())[:limit]
