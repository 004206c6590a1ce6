"""Mail through a mail server that a receiver names."""

from collections.abc import Collection

from tocsin.adapters.mail import NO_LOGIN, Envelope, Taken, submit
from tocsin.adapters.receivers.posting import Tools
from tocsin.domain.channels import Smtp
from tocsin.domain.errors import PartlyTaken, Retryable
from tocsin.domain.plaintext import cut, one_line

_RECEIPT_LIMIT = 500
# Who is refused for now is asked again after a minute, and then every five: the pace of a receiver
# counts each try, and a server that lists an address in grey takes it after some minutes (RFC 6647,
# 5: between one minute and a day).
_FIRST_S, _NEXT_S = 60.0, 300.0


def send(server: Smtp, envelope: Envelope, timeout_s: float, tools: Tools) -> str:
    """Hand the message over, and return what the server said to it.

    Where it refuses some of the recipients for good, that counts as delivered, and the receipt says
    who is missing. Raises as `submit` does, and PartlyTaken where some may be taken later, and
    others have it.
    """
    password = tools.secret(server.password) if server.username else ""
    try:
        taken = submit(server, password, envelope, tools.http.address_of, timeout_s)
    except Retryable as error:
        if error.reason.endswith(NO_LOGIN):
            # Asks for the password anew if it is not new, so that the next try has the right one.
            tools.has_changed(server.password)
        raise
    if taken.later:
        reason = f"SMTP refuses for now {_codes(taken, taken.later)}"
        after_s = _NEXT_S if envelope.is_rest else _FIRST_S
        have_it = tuple(at for at in envelope.to if at not in taken.refused)
        raise PartlyTaken(reason, after_s, taken=have_it)
    refused = f"refused {_codes(taken, taken.refused)}" if taken.refused else ""
    said = [one_line(taken.said), refused]
    return cut("; ".join(filter(None, said)), _RECEIPT_LIMIT)


def _codes(taken: Taken, who: Collection[str]) -> str:
    return "; ".join(f"{at}: {taken.refused[at]}" for at in who)
