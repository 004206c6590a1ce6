"""Slack's markup: what is text in it, what is a link, and what is a time.

https://docs.slack.dev/messaging/formatting-message-text
"""

from datetime import UTC, datetime
from itertools import accumulate
from urllib.parse import quote

from tocsin.domain.plaintext import plain_text

_LINK_LIMIT = 500
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def escape(text: str, limit: int) -> str:
    """Return text that Slack shows and never reads as a link or a mention.

    At most `limit` characters after escaping, and never half an escape.
    """
    pieces = [_ESCAPES.get(character, character) for character in plain_text(text[: limit + 1])]
    lengths = list(accumulate(map(len, pieces)))
    if not lengths or lengths[-1] <= limit:
        return "".join(pieces)
    kept = (piece for piece, length in zip(pieces, lengths, strict=True) if length <= limit - 3)
    return "".join(kept) + "..."


def link(url: str, text: str) -> str:
    """Return a link that says `text`, which is escaped; "" if it would be none."""
    if not url.startswith(("http://", "https://")):
        return ""
    # What is left as it is cannot end the link.
    target = quote(url, safe=":/?#[]@!$'()*+,;=%&").replace("&", "&amp;")
    return f"<{target}|{text.replace('|', '/')}>" if len(target) <= _LINK_LIMIT else ""


def moment(at_s: float) -> str:
    """Return a time that each reader sees in a time zone of their own; "" if no calendar has it."""
    try:
        told = datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (ValueError, OverflowError, OSError):
        return ""
    return f"<!date^{int(at_s)}^{{date_short_pretty}} {{time}}|{told}>"
