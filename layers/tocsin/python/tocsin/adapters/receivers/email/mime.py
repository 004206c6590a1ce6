"""A message of mail as bytes: headers, and the same in plain text and in HTML.

Written out here, not by `email.message`, whose folding of headers differs between versions of
Python: every attempt must be the same bytes. All of it is ASCII, with lines of at most 78
characters where there are blanks to fold at, so that no server needs an extension.
Sources: RFC 5322 (headers), RFC 2045 and 2046 (bodies), RFC 2047 (words beyond ASCII).
"""

from binascii import b2a_base64, b2a_qp
from collections.abc import Iterable

_LINE_LIMIT = 78
_BASE64_LINE_BYTES = 57
# An encoded word has at most 75 characters, 12 of which are `=?utf-8?b?` and `?=`.
_WORD_BYTES = 45


def message(headers: Iterable[tuple[str, str]], plain: str, html: str, boundary: str) -> bytes:
    """Return a message with both texts, of which a reader shows the last that it can.

    `headers` are names and what `text` or `address` returned, or ASCII. `boundary` must have `=_`
    in it, which no encoded text has.
    """
    kind = f'multipart/alternative; boundary="{boundary}"'
    named = [*headers, ("MIME-Version", "1.0"), ("Content-Type", kind)]
    lines = "".join(f"{name}: {value}\r\n" for name, value in named)
    if not lines.isascii():
        raise ValueError("a header is not ASCII")
    parts = b"".join(
        f"--{boundary}\r\nContent-Type: text/{subtype}; charset=utf-8\r\n".encode() + _body(said)
        for subtype, said in (("plain", plain), ("html", html))
    )
    return f"{lines}\r\n".encode() + parts + f"--{boundary}--\r\n".encode()


def text(said: str, name: str) -> str:
    """Return a text as the value of the header `name`, in one line for whoever reads it."""
    words = said.split()
    line = " ".join(words)
    # What looks like an encoded word would be read as one.
    if not (line.isascii() and line.isprintable()) or "=?" in line or _longest(words) > _LINE_LIMIT:
        return "\r\n ".join(_encoded_words(line))
    return _folded(words, len(name) + 2)


def address(name: str, at: str) -> str:
    """Return an address with the name of whom it belongs to, if there is one."""
    if not name:
        return at
    if name.isascii() and name.isprintable() and "=?" not in name:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{at}>'
    return "\r\n ".join([*_encoded_words(name), f"<{at}>"])


def _longest(words: Iterable[str]) -> int:
    return max(map(len, words), default=0)


def _folded(words: Iterable[str], begun: int) -> str:
    """Return words in lines, of which the first has `begun` characters already."""
    lines, length = [""], begun
    for word in words:
        if lines[-1] and length + 1 + len(word) > _LINE_LIMIT:
            lines.append(word)
            length = 1 + len(word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
            length += 1 + len(word)
    return "\r\n ".join(lines)


def _encoded_words(said: str) -> list[str]:
    pieces = [b""]
    for character in said:
        encoded = character.encode()
        # A character is never in two words.
        if len(pieces[-1]) + len(encoded) > _WORD_BYTES:
            pieces.append(b"")
        pieces[-1] += encoded
    return [f"=?utf-8?b?{b2a_base64(piece, newline=False).decode()}?=" for piece in pieces]


def _body(said: str) -> bytes:
    """Return a text with the header that says how it is encoded, the shorter of two ways."""
    data = said.encode().replace(b"\n", b"\r\n") + b"\r\n"
    quoted = b2a_qp(data)
    if len(quoted) <= len(data) * 4 // 3:
        return b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted
    lines = [
        b2a_base64(data[at : at + _BASE64_LINE_BYTES], newline=False)
        for at in range(0, len(data), _BASE64_LINE_BYTES)
    ]
    return b"Content-Transfer-Encoding: base64\r\n\r\n" + b"\r\n".join([*lines, b""])
