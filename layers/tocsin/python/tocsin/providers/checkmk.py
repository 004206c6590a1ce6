"""Notifications of Checkmk, from the script that docs/providers/checkmk.md shows.

Source: docs.checkmk.com/latest/en/notifications.html, environment variables. Also read are the
same variables under the names that scripts for other tools give them.
"""

from typing import Any

from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import optional_text, wanted_text
from tocsin.providers.host_state import Notification, alert, status_of
from tocsin.providers.members import Entry
from tocsin.providers.reading import kind, number, quoted, web_link
from tocsin.providers.unending import holds_until

PROVIDER = "checkmk"

_WHAT = ("WHAT", "what")
_TYPE = ("NOTIFICATIONTYPE", "notification_type")
_HOST = ("HOSTNAME", "host")
_SITE = ("OMD_SITE", "site")
_AT = ("MICROTIME", "micro_time")
_STATE = {"HOST": ("HOSTSTATE", "status"), "SERVICE": ("SERVICESTATE", "severity")}
_OUTPUT = {"HOST": ("HOSTOUTPUT", "output"), "SERVICE": ("SERVICEOUTPUT", "output")}
_LONG = {"HOST": ("LONGHOSTOUTPUT", "long_output"), "SERVICE": ("LONGSERVICEOUTPUT", "long_output")}
_SERVICE = ("SERVICEDESC", "service")
_READ = frozenset(
    (*_WHAT, *_TYPE, *_HOST, *_SITE, *_AT, *_SERVICE, "status", "severity", "output", "long_output",
     "HOSTSTATE", "SERVICESTATE", "HOSTOUTPUT", "SERVICEOUTPUT", "LONGHOSTOUTPUT",
     "LONGSERVICEOUTPUT", "summary", "url")
)  # fmt: skip
_US_PER_S = 1_000_000
_LATEST_US = 253_402_300_800 * _US_PER_S


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one notification about a host or a service.

    Understood, and without an alert, are acknowledgements, downtimes, flapping and custom
    notifications, unless they end and all is well.
    """
    if type(payload) is not dict:
        raise InvalidPayload(f"checkmk: expected an object, got {kind(payload)}")
    for names in (_WHAT, _TYPE):
        if not any(name in payload for name in names):
            raise InvalidPayload(f"checkmk: {names[0]}: expected a notification", names[0])
    try:
        note = _notification(payload, received_at_s)
        status = status_of(note)
        return [] if status is None else [alert(note, status)]
    except InvalidAlert as error:
        return [error.with_traceback(None)]


def _field(body: dict[str, Any], names: tuple[str, str]) -> tuple[Any, str]:
    """Return a field under whichever of its two names it has, and that name."""
    name = names[0] if names[0] in body else names[1]
    return body.get(name), name


def _notification(body: dict[str, Any], received_at_s: float) -> Notification:
    what = wanted_text(*_field(body, _WHAT))
    if what not in _STATE:
        raise InvalidAlert(f"expected HOST or SERVICE, got {quoted(what)}", _field(body, _WHAT)[1])
    is_event = optional_text(body.get("EC_ID"), "EC_ID") != ""
    return Notification(
        provider=PROVIDER,
        type=wanted_text(*_field(body, _TYPE)),
        type_path=_field(body, _TYPE)[1],
        state=wanted_text(*_field(body, _STATE[what])),
        host=wanted_text(*_field(body, _HOST)),
        service=wanted_text(*_field(body, _SERVICE)) if what == "SERVICE" else "",
        site=optional_text(*_field(body, _SITE)),
        at_s=_at_s(*_field(body, _AT)),
        said={
            "summary": _field(body, _OUTPUT[what])[0],
            "description": _field(body, _LONG[what])[0],
        },
        others={name: value for name, value in body.items() if _is_kept(name)},
        # The Event Console tells of messages, which do not end.
        holds_until_s=holds_until(received_at_s) if is_event else None,
        url=web_link(body.get("url")),
    )


def _is_kept(name: str) -> bool:
    # Parameters hold the address and the key; contacts are about whom Checkmk tells.
    return name not in _READ and not name.lower().startswith(("parameter", "contact"))


def _at_s(value: Any, path: str) -> float | None:
    """Read a time in microseconds since the epoch as seconds; None if it is not given."""
    if value is None or value == "":
        return None
    at_us = number(value)
    if at_us is None or not 0 <= at_us < _LATEST_US:
        raise InvalidAlert("not a time in microseconds since the epoch", path)
    return at_us / _US_PER_S or None
