"""What a notification says to people, in no channel's markup yet."""

import logging
from functools import lru_cache

from tocsin.domain.message.content import content_of
from tocsin.domain.message.message import Message, Shown, State, Subject
from tocsin.ports import Notification

__all__ = ["Message", "Shown", "State", "message_of"]

_LOG = logging.getLogger(__name__)


def message_of(notification: Notification, most: int, external_url: str = "") -> Message:
    """Return what a notification says, with at most `most` of its alerts.

    Where the receiver has a template, its title and text stand in the place of the default ones.
    """
    receiver = notification.receiver
    subject = Subject(
        group=notification.group,
        alerts=notification.alerts,
        new=notification.new,
        reason=notification.reason,
        truncated=notification.truncated,
        url=notification.external_url or external_url,
        actions=notification.actions,
        language=receiver.language,
    )
    if receiver.template is None:
        return content_of(subject, most)
    # Imported here: a worker pays for templates only if its tenants have some.
    from tocsin.domain.message.overriding import overridden

    message, warnings = overridden(subject, receiver.template, most)
    for warning in warnings:
        _warn(notification.group.tenant, receiver.name, warning)
    return message


@lru_cache(maxsize=1000)
def _warn(tenant: str, receiver: str, warning: str) -> None:
    """Say what is wrong with a template, once in the life of a worker."""
    _LOG.warning("template of receiver %s of tenant %s: %s", receiver, tenant, warning)
