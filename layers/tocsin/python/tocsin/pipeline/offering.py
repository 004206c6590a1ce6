"""What a notification lets who reads it do, as links that are signed."""

from collections.abc import Callable, Iterable

from tocsin.domain.actionlink import (
    KINDS,
    LinkKind,
    MessageAction,
    link_for,
    token_of,
)
from tocsin.domain.alert import Alert
from tocsin.domain.config import Receiver, ReceiverKind
from tocsin.domain.errors import TocsinError
from tocsin.domain.group import GroupKey, Intent, is_digest
from tocsin.domain.wording import words_of
from tocsin.ports import Clock

PATH = "/v1/actions/"
# What people read; of a topic that is mail. To a program a link is of no use: there is an API for
# it, and a token in a queue or an event is a credential more that lies about.
_SHOWN_BY: frozenset[ReceiverKind] = frozenset({"slack", "email", "teams", "apprise", "sns"})
# For so long a secret that cannot be read is not asked for again.
_REST_S = 60.0

Offers = Callable[[GroupKey, Intent, Receiver], tuple[MessageAction, ...]]


def no_offers(_key: GroupKey, _intent: Intent, _receiver: Receiver) -> tuple[MessageAction, ...]:
    """Offer nothing: where nobody could open a link."""
    return ()


class ActionLinks:
    """Makes the links of notifications; `base_url` is where the installation is reached.

    A page never waits for its links: where the secret cannot be read, there are none.
    """

    def __init__(self, base_url: str, secret: Callable[[], bytes], clock: Clock) -> None:
        self._base_url = base_url.rstrip("/")
        self._secret = secret
        self._clock = clock
        self._rests_until_s = 0.0

    def __call__(
        self, key: GroupKey, intent: Intent, receiver: Receiver
    ) -> tuple[MessageAction, ...]:
        """Return what may be done about a notification, equal in every attempt at it."""
        kinds = offered(key, intent, receiver)
        if not kinds or not self._base_url:
            return ()
        secret = self._known()
        if secret is None:
            return ()
        titles = words_of(receiver.language).actions
        return tuple(
            self._action(token_of(link_for(key, intent, kind), secret), kind, titles[kind])
            for kind in kinds
        )

    def _known(self) -> bytes | None:
        now_s = self._clock()
        if now_s < self._rests_until_s:
            return None
        try:
            return self._secret()
        except TocsinError:
            self._rests_until_s = now_s + _REST_S
            return None

    def _action(self, token: str, kind: LinkKind, title: str) -> MessageAction:
        url = f"{self._base_url}{PATH}{token}"
        return MessageAction(name=kind, title=title, url=url, token=token)


def offered(key: GroupKey, intent: Intent, receiver: Receiver) -> tuple[LinkKind, ...]:
    """Return what may be done about a notification: something only while anything of it fires.

    A digest tells of what has nothing in common, so there is nothing to do about all of it. What
    shares no name is not silenced with one press either.
    """
    firing = [alert for alert in intent.alerts if alert.status == "firing"]
    if not firing or not receiver.actions or receiver.kind not in _SHOWN_BY or is_digest(key):
        return ()
    return tuple(kind for kind in KINDS if kind != "silence" or has_one_name(firing))


def has_one_name(alerts: Iterable[Alert]) -> bool:
    """Tell whether alerts share the label `alertname`, so that a silence says what it is about."""
    names = {alert.labels.get("alertname", "") for alert in alerts}
    return len(names) == 1 and "" not in names
