"""What the routes of links stand on."""

from collections.abc import Callable

import msgspec

from tocsin.domain.actionlink import ActionLink, InvalidLink, read_token
from tocsin.domain.config import Receiver
from tocsin.domain.routing import receiver_of
from tocsin.domain.secret import Secret
from tocsin.pipeline.pressing import Presses
from tocsin.ports import Configs


class ActionPorts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a request needs.

    `key` returns the secret of the installation, `secret` what a reference leads to. `reply` posts
    a body to an address within a time, and tells whether it was taken; it raises nothing.
    """

    configs: Configs
    presses: Presses
    key: Callable[[], bytes]
    secret: Callable[[Secret], str]
    reply: Callable[[str, bytes, float], bool]

    def admitted(self, token: str, now_s: float) -> tuple[ActionLink, Receiver]:
        """Return what a token is for, and the receiver that was told of it.

        Raises InvalidLink: 404 for one that was not made here, 410 for one that is too old, 403
        where its receiver is gone or has links no more.
        """
        link = read_token(token, self.key(), now_s)
        config = self.configs.current(link.tenant)
        receiver = None if config is None else receiver_of(config, link.receiver)
        if receiver is None or not receiver.actions:
            message = "links of this receiver are switched off"
            raise InvalidLink(message, status=403, code="switched_off")
        return link, receiver


def shown_receiver(receiver: Receiver) -> str:
    """Return what people call a receiver."""
    return receiver.shown_as or receiver.name
