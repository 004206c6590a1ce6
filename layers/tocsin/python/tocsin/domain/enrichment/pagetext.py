"""Words of strangers' pages, made fit to be shown: plain, without links, and short."""

import re

# Control characters but for line breaks and tabs; soft hyphen; zero width, bidi and invisible
# ones; byte order mark and annotations; lone surrogates; private use; tags and what follows them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ue000-\uf8ff\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]\n]{0,200})\]\([^()\s]{0,500}(?:\s[^()\n]{0,200})?\)")
_LINK = re.compile(
    r"<?(?:[a-z][a-z0-9+.-]{0,15}://|www\.|(?:mailto|javascript):(?=\S)|data:[a-z]+/)"
    r"[^\s<>\"'()\[\]]*(?<![.,;:!?])>?",
    re.IGNORECASE,
)
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n\s*")


def cleaned(text: str) -> str:
    """Return a text without links and invisible characters; its lines stay apart."""
    text = _UNSEEN.sub("", text)
    # A space stays, lest what stands on both sides make a new one.
    text = _LINK.sub(" ", _MARKDOWN_LINK.sub(r"\1", text))
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()


def plain(text: str, limit: int) -> str:
    """Return a text cleaned, on one line and of `limit` characters at most."""
    line = " ".join(cleaned(text).split())
    if len(line) <= limit:
        return line
    short = line[: limit - 1]
    head, _, _tail = short.rpartition(" ")
    # Half of it is kept at least, though a word be cut for that.
    return (head if len(head) >= limit // 2 else short).rstrip() + "…"
