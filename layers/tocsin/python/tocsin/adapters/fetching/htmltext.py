"""The words of an HTML page, as its reader sees them.

The tree is walked and never changed, without recursion: markup can be nested as deeply as it has
bytes.
"""

import re
from collections.abc import Iterator

import msgspec
from selectolax.lexbor import LexborHTMLParser, LexborNode

_TEXT = "-text"
_DROPPED = frozenset({
    "script", "style", "noscript", "template", "head", "title", "nav", "footer", "aside", "dialog",
    "form", "button", "select", "textarea", "svg", "math", "iframe", "object", "embed", "canvas",
    "audio", "video",
})  # fmt: skip
_INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt",
    "u", "var", "wbr",
})  # fmt: skip
_SPACES = re.compile(r"[ \t\r\f\n\xa0]+")


class Words(msgspec.Struct, frozen=True):
    """The words of a page."""

    title: str
    text: str


def read(html: str) -> Words:
    """Return title and text of a page, a line for each block; navigation is left out."""
    page = LexborHTMLParser(html)
    title = page.css_first("head > title")
    main = page.css_first("main, [role=main], article") or page.body
    text = _text(main) if main is not None else ""
    if not text and page.body is not None:
        text = _text(page.body)
    return Words("" if title is None else _line(title.text()), text)


def _text(root: LexborNode) -> str:
    lines = (_line(line) for line in "".join(_pieces(root)).split("\n"))
    return "\n".join(line for line in lines if line)


def _line(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _pieces(root: LexborNode) -> Iterator[str]:
    """Yield texts, and a line break wherever a block begins or ends.

    Depth is counted, since to compare nodes would write out all that is in them.
    """
    node, depth = root.first_child, 1
    while node is not None:
        yield _own(node)
        below = None if node.tag in _DROPPED else node.first_child
        if below is not None:
            node, depth = below, depth + 1
            continue
        while node is not None:
            yield _around(node)
            if node.next is not None:
                node = node.next
                break
            node, depth = node.parent, depth - 1
            if depth == 0:
                return


def _own(node: LexborNode) -> str:
    if node.tag == _TEXT:
        return _SPACES.sub(" ", node.text_content or "")
    return _around(node)


def _around(node: LexborNode) -> str:
    tag = node.tag or ""
    # Texts and comments are named with a dash.
    return "" if tag in _INLINE or tag.startswith("-") else "\n"
