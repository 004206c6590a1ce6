"""Bodies of strangers' answers: content type, coding and charset, none of which is believed.

Sources: RFC 9110 (content codings), encoding.spec.whatwg.org (charset labels, byte order marks).
"""

import codecs
import re
import zlib
from collections.abc import Mapping

import msgspec

from tocsin.adapters.http import ANSWER_LIMIT_BYTES, HttpAnswer
from tocsin.domain.errors import Permanent

HTML = "text/html"
TYPES = (HTML, "text/plain", "text/markdown", "text/x-markdown", "application/json")

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
# What pages are written in. Python knows codecs that are no charsets, and slow ones.
_CHARSETS = re.compile(
    r"utf-?8|utf-?16(-?[lb]e)?|(us-)?ascii|iso-?8859-?\d{1,2}|latin-?[1-9]|windows-125\d|cp125\d"
    r"|koi8-[ru]|shift[-_]jis|sjis|euc-(jp|kr)|iso-2022-jp|gb2312|gbk|gb18030|big5"
)
# Web browsers read them so.
_MEANT = {"iso-8859-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_IN_PAGE = re.compile(rb"<meta[^>]{0,200}?charset\s{0,9}=[\s\"']{0,9}([a-z0-9_-]{1,20})", re.I)
_LOOKED_AT = 1024


class Media(msgspec.Struct, frozen=True):
    """The content type of a page, and the charset that goes with it, "" if it says none."""

    type: str
    charset: str


def media_of(headers: Mapping[str, str]) -> Media:
    """Read the content type. Raises Permanent for one that is not read."""
    first, *parameters = headers.get("content-type", "").split(";")
    kind = first.strip().lower()
    if kind not in TYPES:
        raise Permanent("it is no page of HTML, text, Markdown or JSON")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return Media(kind, value.strip(" \t\"'").lower())
    return Media(kind, "")


def text_of(media: Media, answer: HttpAnswer) -> str:
    """Return the text of an answer. Raises Permanent for a body that is not as it says."""
    return decoded(inflated(answer.body, answer.headers.get("content-encoding", "")), media)


def inflated(body: bytes, coding: str) -> bytes:
    """Return a body without its content coding, cut off at the limit of an answer.

    Nothing was asked for but the page as it is. Some servers compress all the same.
    """
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return body
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise Permanent("it is compressed in a way that nobody asked for")
    wbits = [_GZIP_OR_ZLIB] if coding != "deflate" else [_GZIP_OR_ZLIB, -zlib.MAX_WBITS]
    for each in wbits:
        try:
            return zlib.decompressobj(each).decompress(body, ANSWER_LIMIT_BYTES)
        except zlib.error:
            continue
    raise Permanent("it is not compressed as it says")


def decoded(body: bytes, media: Media) -> str:
    """Return the text of a body, whatever its bytes; what is not text becomes U+FFFD."""
    charset = _marked(body) or _known(media.charset)
    if not charset and media.type == HTML:
        match = _IN_PAGE.search(body[:_LOOKED_AT])
        charset = _known(match[1].decode().lower()) if match else ""
        # It could be read, so it is in ASCII at least.
        charset = "" if charset.startswith("utf-16") else charset
    return body.decode(charset or "utf-8", errors="replace")


def _marked(body: bytes) -> str:
    return next((charset for mark, charset in _MARKS if body.startswith(mark)), "")


def _known(label: str) -> str:
    if not _CHARSETS.fullmatch(label):
        return ""
    try:
        codecs.lookup(label)
    except LookupError:
        return ""
    return _MEANT.get(label, label)
