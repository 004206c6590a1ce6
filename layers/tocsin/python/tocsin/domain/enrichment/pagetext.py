"""Words of strangers' pages, made fit to be shown: plain, without links, and short.

Names of hosts stay as they are, since the commands of a runbook have them.
"""

import re

from tocsin.domain.enrichment.sentences import cut
from tocsin.domain.plaintext import plain_text

_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]\n]{0,200})\]\([^()\s]{0,500}(?:\s[^()\n]{0,200})?\)")
_LINK = re.compile(
    r"<?(?:[a-z][a-z0-9+.-]{0,15}://|www\.|(?:mailto|javascript):(?=\S)|data:[a-z]+/)"
    r"[^\s<>\"'()\[\]]*(?<![.,;:!?])>?",
    re.IGNORECASE,
)
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n\s*")


def cleaned(text: str) -> str:
    """Return plain text without links; its lines stay apart."""
    text = plain_text(text)
    # A space stays, lest what stands on both sides make a new one.
    text = _LINK.sub(" ", _MARKDOWN_LINK.sub(r"\1", text))
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()


def brief(text: str, limit: int) -> str:
    """Return a text cleaned, on one line and of `limit` characters at most."""
    return cut(" ".join(cleaned(text).split()), limit)
