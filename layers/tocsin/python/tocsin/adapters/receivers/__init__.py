"""Receivers: how a notification is said in each kind's own words, and sent."""

from importlib import import_module
from typing import Protocol, cast

from msgspec.structs import replace

from tocsin.adapters.receivers.posting import Tools
from tocsin.domain.config import ReceiverKind
from tocsin.domain.errors import Permanent, Retryable, Unsendable
from tocsin.domain.secret import Secret
from tocsin.ports import Notification

# Imported when first needed: a worker pays only for the kinds that its tenants use.
_KINDS: dict[ReceiverKind, str] = {
    "webhook": "tocsin.adapters.receivers.webhook",
    "slack": "tocsin.adapters.receivers.slack",
    "pagerduty": "tocsin.adapters.receivers.pagerduty",
    "opsgenie": "tocsin.adapters.receivers.opsgenie",
    "teams": "tocsin.adapters.receivers.teams",
    "email": "tocsin.adapters.receivers.email",
    "sns": "tocsin.adapters.receivers.sns",
    "sqs": "tocsin.adapters.receivers.sqs",
    "eventbridge": "tocsin.adapters.receivers.eventbridge",
    "lambda": "tocsin.adapters.receivers.lambdafunction",
    "apprise": "tocsin.adapters.receivers.apprise",
}


class KindModule(Protocol):
    """What a module of `_KINDS` holds."""

    def send(self, notification: Notification, tools: Tools) -> str:
        """Deliver; return what the receiver calls it, "" if it does not say.

        What is sent is a pure function of the notification, equal in every attempt but for times
        and signatures. Raises as `Receivers.send` does.
        """


class ChannelReceivers:
    """Deliver notifications to receivers of all kinds."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def send(self, notification: Notification) -> str:
        """Deliver; return what the receiver calls it, "" if it does not say.

        Raises Retryable (with Retry-After, if the receiver said, or where the secret that was
        refused was replaced meanwhile) or Permanent. Raises Throttled where the receiver asks for
        fewer calls, and Unsendable where nothing was sent.
        """
        kind = cast(KindModule, import_module(_KINDS[notification.receiver.kind]))
        used: set[Secret] = set()

        def secret(reference: Secret) -> str:
            used.add(reference)
            return self._tools.secret(reference)

        try:
            return kind.send(notification, replace(self._tools, secret=secret))
        except Unsendable:
            raise
        except Permanent as error:
            # A secret that was replaced minutes ago must not make dead letters of pages.
            if any([self._tools.has_changed(each) for each in used]):
                raise Retryable(f"{error.reason}; its secret was replaced meanwhile") from None
            raise
