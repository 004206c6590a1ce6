"""Notifications of Icinga 2, from the script that docs/providers/icinga2.md shows.

Source: icinga.com/docs/icinga-2/latest/doc/03-monitoring-basics, notifications and macros.
"""

from typing import Any

from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import optional_text, wanted_text
from tocsin.providers.host_state import Notification, alert, status_of
from tocsin.providers.members import Entry
from tocsin.providers.reading import kind, moment, web_link

PROVIDER = "icinga2"

_READ = frozenset(
    ("notification_type", "host", "service", "state", "timestamp", "site", "url", "output",
     "long_output", "comment")
)  # fmt: skip


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one notification about a host or a service.

    Understood, and without an alert, are acknowledgements, downtimes, flapping and custom
    notifications, unless they end and all is well.
    """
    if type(payload) is not dict:
        raise InvalidPayload(f"icinga2: expected an object, got {kind(payload)}")
    if "notification_type" not in payload:
        raise InvalidPayload(
            "icinga2: notification_type: expected the type of a notification", "notification_type"
        )
    try:
        note = _notification(payload)
        status = status_of(note)
        return [] if status is None else [alert(note, status)]
    except InvalidAlert as error:
        return [error.with_traceback(None)]


def _notification(body: dict[str, Any]) -> Notification:
    return Notification(
        provider=PROVIDER,
        type=wanted_text(body["notification_type"], "notification_type").upper(),
        type_path="notification_type",
        state=wanted_text(body.get("state"), "state").upper(),
        host=wanted_text(body.get("host"), "host"),
        service=optional_text(body.get("service"), "service"),
        site=optional_text(body.get("site"), "site"),
        at_s=moment(body.get("timestamp"), "timestamp"),
        said={
            "summary": body.get("output"),
            "description": body.get("long_output"),
            "comment": body.get("comment"),
        },
        others={name: value for name, value in body.items() if name not in _READ},
        url=web_link(body.get("url")),
    )
