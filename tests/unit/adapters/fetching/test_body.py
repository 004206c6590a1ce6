"""Content types, codings and charsets that strangers claim."""

import codecs

import pytest

from tocsin.adapters.fetching.body import Media, decoded, inflated, media_of
from tocsin.adapters.http import ANSWER_LIMIT_BYTES
from tocsin.domain.errors import Permanent

PLAIN = Media("text/plain", "")
HTML = Media("text/html", "")


@pytest.mark.parametrize(
    ("value", "media"),
    [
        ("text/html", HTML),
        ('Text/HTML ; Charset="UTF-8"', Media("text/html", "utf-8")),
        ("text/plain; format=flowed; charset=iso-8859-1", Media("text/plain", "iso-8859-1")),
        ("text/markdown;charset", Media("text/markdown", "")),
        ("application/json", Media("application/json", "")),
    ],
)
def test_a_content_type_is_read(value, media):
    assert media_of({"content-type": value}) == media


def test_no_content_type_is_no_page():
    with pytest.raises(Permanent):
        media_of({})


@pytest.mark.parametrize(
    ("body", "media", "text"),
    [
        ("Überlauf".encode(), PLAIN, "Überlauf"),
        ("Überlauf".encode("latin-1"), Media("text/plain", "iso-8859-1"), "Überlauf"),
        ("“q”".encode("cp1252"), Media("text/plain", "iso-8859-1"), "“q”"),
        ("障害".encode("shift_jis"), Media("text/plain", "shift_jis"), "障害"),
        (codecs.BOM_UTF16_LE + "Ü".encode("utf-16-le"), Media("text/plain", "utf-8"), "Ü"),
        (codecs.BOM_UTF8 + b"x", Media("text/plain", "ascii"), "x"),
        (b'<meta charset="latin1">\xdc', HTML, '<meta charset="latin1">Ü'),
        (b"<meta content='text/html; charset = koi8-r'>\xc2", HTML,
         "<meta content='text/html; charset = koi8-r'>\u0431"),
        (b'<meta charset="utf-16">x', HTML, '<meta charset="utf-16">x'),
        (b'<meta charset="latin1">\xdc', PLAIN, '<meta charset="latin1">\ufffd'),
        (b"a\xff\xfeb", PLAIN, "a\ufffd\ufffdb"),
        (b"", PLAIN, ""),
    ],
)  # fmt: skip
def test_a_body_is_decoded_as_it_is_meant(body, media, text):
    assert decoded(body, media) == text


@pytest.mark.parametrize(
    "label",
    ["nosuch", "idna", "punycode", "zip", "hex", "rot13", "unicode_escape", "undefined", "utf-7",
     "utf-8\x00", "../x", "iso-8859-99", "iso-8859-12", "x" * 5000, "mbcs", "latin-9"],
)  # fmt: skip
def test_a_charset_that_is_none_is_taken_for_utf_8(label):
    assert decoded("ü".encode(), Media("text/plain", label)) in ("ü", "Ã¼", "ÃŒ")


def test_any_bytes_in_any_charset_are_text():
    every = bytes(range(256)) * 16
    labels = ["utf-16", "utf-16le", "big5", "gb18030", "euc-jp", "iso-2022-jp", "koi8-u", "cp1251"]
    for label in labels:
        assert decoded(every, Media("text/plain", label))


def test_raw_deflate_is_read_as_browsers_do():
    raw = codecs.encode(b"words" * 9, "zlib")[2:-4]
    assert inflated(raw, "deflate") == b"words" * 9
    assert inflated(codecs.encode(b"words", "zlib"), " Deflate ") == b"words"
    assert inflated(b"words", "identity") == b"words"


def test_what_unpacks_to_much_is_cut_off():
    bomb = codecs.encode(b"\0" * 10_000_000, "zlib")
    assert len(inflated(bomb, "deflate")) == ANSWER_LIMIT_BYTES
