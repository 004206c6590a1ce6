"""Plain text out of texts of strangers and machines: nothing hidden, nothing to click, no markup.

What a model writes is read by people in chats and mails, which make links and mentions of what
looks like them. So what looks like one is taken out, or written as people write of hosts that
nobody should open by accident: `evil[.]example`.
"""

import re
import unicodedata
from collections.abc import Set as AbstractSet

from tocsin.domain.enrichment.sentences import cut

# Control, format (bidi, zero width, tags), surrogates, private use, unassigned.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Marks on one letter; more of them are no language.
_MARKS = 2
# What is looked at for each character that is kept.
_LOOK = 4

_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]]{0,200})\] ?\([^()\s]{0,2000}\)?")
# Of HTML, and of the mentions and links of chats.
_TAG = re.compile(r"<[^\s\d=<>][^<>]{0,2000}>|<(?=[^\s\d=])")
_MENTION = re.compile("@")
_ADDRESS = re.compile(r"(?<=\w)@(?=\w)")
_MARK = re.compile(r"[`*]|(?<!\w)_+|_+(?!\w)|~{2,}|\|{2,}|(?<!\w)@")
_ANY_MARK = re.compile(r"[`*_~|@]")
_ROUNDS = 4
_TEMPLATE = re.compile(r"\{\{|\}\}|\{%|%\}")
_URL = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}:/{1,3}"
    # Letters of other scripts end no word that a chat looks for.
    r"|(?<![a-z])(?:(?:mailto|javascript|data|vbscript|tel|sms|file):|www\.))"
    r"[^\s<>\"']*",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?<![\w-])[\w-]++(?:[.\u3002][\w-]++)+")
_DOT = re.compile(r"[.\u3002]")
# What ends the names of files, and no domain.
_FILE_ENDINGS = "cfg conf gz ini jar json lock log service sql toml txt xml yaml yml"
_FILES = frozenset(_FILE_ENDINGS.split())


def visible(text: str, limit: int) -> str:
    """Return a text on one line, of at most `limit` characters, without what nobody sees.

    Compatibility forms become the ordinary ones (Unicode NFKC), so that what looks like a letter
    is one.
    """
    head = " ".join(text[: _LOOK * limit + 200].split())
    if head.isascii() and head.isprintable():
        return cut(head, limit)
    shown = _shown(head)
    return cut(" ".join(_shown(unicodedata.normalize("NFKC", shown)).split()), limit)


def _shown(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for each in text:
        category = unicodedata.category(each)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category in _HIDDEN:
            kept.append(" " if each.isspace() else "")
        elif marks <= _MARKS:
            kept.append(each)
    return "".join(kept)


def plain(text: str, limit: int, hosts: AbstractSet[str] = frozenset()) -> str:
    """Return `visible` text without links, mentions and markup.

    Names with dots are written `a[.]b`, unless they are among `hosts`, in lower case, or those of
    files.
    """
    found = _without_marks(_MARKDOWN_LINK.sub(r"\1", visible(text, _LOOK * limit)))
    # From here on nothing is taken out without leaving a space, so that no link comes together.
    found = _URL.sub(" ", _MENTION.sub(" ", _TAG.sub(" ", _TEMPLATE.sub(" ", found))))
    found = _HOST.sub(lambda match: _named(match.group(), hosts), found)
    return cut(" ".join(found.split()).lstrip(">#- "), limit)


def _without_marks(text: str) -> str:
    """Return a text without what makes bold, code and the like, which may hide one another."""
    for _ in range(_ROUNDS):
        before, text = text, _MARK.sub("", _ADDRESS.sub(" at ", text))
        if text == before:
            return text
    return _ANY_MARK.sub(" ", text)


def _named(name: str, hosts: AbstractSet[str]) -> str:
    _, *others = _DOT.split(name)
    is_version = all(each[:1].isdigit() for each in others)
    is_file = len(others) == 1 and others[0].lower() in _FILES
    if is_version or is_file or name.lower() in hosts:
        return name
    return _DOT.sub("[.]", name)


def hosts_in(text: str) -> set[str]:
    """Return the names with dots in a text, in lower case."""
    return {match.group().lower() for match in _HOST.finditer(text)}
