"""Mail through a mail server that a receiver names."""

from tocsin.adapters.mail import NO_LOGIN, Envelope, submit
from tocsin.adapters.receivers.posting import Tools
from tocsin.domain.channels import Email, Smtp
from tocsin.domain.errors import Retryable
from tocsin.domain.plaintext import cut, one_line

_RECEIPT_LIMIT = 500


def send(settings: Email, server: Smtp, content: bytes, timeout_s: float, tools: Tools) -> str:
    """Hand the message over, and return what the server said to it.

    Where it took some of the recipients only, that counts as delivered, and the receipt says who
    is missing: sent again, the message would reach the others twice. Raises as `submit` does.
    """
    envelope = Envelope(sender=settings.sender, to=settings.to, content=content)
    password = tools.secret(server.password) if server.username else ""
    try:
        taken = submit(server, password, envelope, tools.http.address_of, timeout_s)
    except Retryable as error:
        if error.reason.endswith(NO_LOGIN):
            # Asks for the password anew if it is not new, so that the next try has the right one.
            tools.has_changed(server.password)
        raise
    refused = "".join(f"; refused {at}: {why}" for at, why in taken.refused.items())
    return cut(one_line(taken.said) + refused, _RECEIPT_LIMIT)
