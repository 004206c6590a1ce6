"""Matchers as text, in the two syntaxes that Alertmanager reads: classic and UTF-8.

Source: Alertmanager, docs/configuration.md ("Matcher") and the packages pkg/labels and
matcher/parse.
"""

import re
from collections.abc import Iterator
from typing import Literal, cast

from tocsin.domain.errors import InvalidInput

Operator = Literal["=", "!=", "=~", "!~"]
# A label name, an operator and a value.
Parts = tuple[str, Operator, str]

# What Go calls white space; Python's `\s` and `str.isspace` know more of it, or less.
_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)
# Without quotes, none of these can be part of a name or a value in the UTF-8 syntax.
_RESERVED = _SPACE + r"{}!=~,\\\"'`"
_IS_RESERVED = re.compile(f"[{_RESERVED}]")

_CLASSIC = re.compile(
    r"[\t\n\f\r ]*([a-zA-Z_:][a-zA-Z0-9_:]*)[\t\n\f\r ]*(=~|=|!=|!~)[\t\n\f\r ]*"
    r"(.*?)[\t\n\f\r ]*",
    re.DOTALL,
)
_CLASSIC_VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"|((?:[^"\\]|\\.|\\\Z)*)', re.DOTALL)
_CLASSIC_ESCAPE = re.compile(r'\\[n"\\]')
_CLASSIC_ESCAPES = {"\\n": "\n", '\\"': '"', "\\\\": "\\"}

_TOKEN = re.compile(
    rf"[{_SPACE}]*(?:(?P<operator>=~|!~|!=|=)|(?P<mark>[{{}},])"
    rf'|(?P<quoted>"(?:[^"\\\n]|\\[^\n])*")|(?P<bare>[^{_RESERVED}]+)|(?P<end>\Z))'
)
# Go's escapes inside double quotes; one that is none of them matches without a group.
_GO_ESCAPE = re.compile(
    r'\\(?:(?P<letter>[abfnrtv\\"])|x(?P<byte>[0-9a-fA-F]{2})|(?P<octal>[0-3][0-7]{2})'
    r"|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8}))?"
)
_GO_LETTERS = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    '"': '"',
}
_GO_ESCAPES = {character: f"\\{letter}" for letter, character in _GO_LETTERS.items()}


def classic(text: str) -> list[Parts]:
    """Read one matcher in the classic syntax, such as `team=~"db|web"`.

    Quotes may be left out; a backslash that escapes nothing is one. Raises InvalidInput.
    """
    _check_unicode(text)
    found = _CLASSIC.fullmatch(text)
    if found is None:
        raise InvalidInput(f'not a matcher: {text!r}; write it as name="value"')
    value = _CLASSIC_VALUE.fullmatch(found[3])
    if value is None:
        raise InvalidInput(f"unbalanced quotes in the matcher {text!r}")
    inner = value[1] if value[1] is not None else value[2]
    unescaped = _CLASSIC_ESCAPE.sub(lambda escape: _CLASSIC_ESCAPES[escape[0]], inner)
    return [(found[1], cast(Operator, found[2]), unescaped)]


def classic_list(text: str) -> list[Parts]:
    """Read matchers in the classic syntax, with commas between them. Raises InvalidInput.

    A brace at either end and a comma at the end may be there or not.
    """
    return [parts for piece in _pieces(text) for parts in classic(piece)]


def utf8(text: str) -> list[Parts]:
    """Read one matcher in the UTF-8 syntax, such as `"a name"=~"db|web"`.

    Raises InvalidInput.
    """
    found = utf8_list(text)
    if len(found) != 1:
        raise InvalidInput(f"not one matcher, but {len(found)}: {text!r}")
    return found


def utf8_list(text: str) -> list[Parts]:
    """Read matchers in the UTF-8 syntax, with commas between them. Raises InvalidInput.

    Braces around them and a comma at the end may be there or not.
    """
    _check_unicode(text)
    tokens = [token for token in _tokens(text) if token[0] != "end"]
    if tokens[:1] == [("mark", "{")]:
        if tokens[-1] != ("mark", "}"):
            raise InvalidInput(f"a brace is not closed in the matchers {text!r}")
        tokens = tokens[1:-1]
    found: list[Parts] = []
    while tokens:
        found.append(_parts(tokens[:3], text))
        if tokens[3:4] not in ([], [("mark", ",")]):
            raise InvalidInput(f"no comma after a matcher in {text!r}")
        tokens = tokens[4:]
    return found


def is_reserved(name: str) -> bool:
    """Tell whether a label name needs quotes."""
    return not name or _IS_RESERVED.search(name) is not None


def quote(text: str) -> str:
    """Write a text in double quotes, with the escapes of Go's strconv.Quote."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _check_unicode(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput("a matcher is not valid Unicode") from error


def _pieces(text: str) -> list[str]:
    """Part matchers at the commas outside of quotes; a comma leaves an escape as it is."""
    text = text.removeprefix("{").removesuffix("}")
    starts, is_quoted, is_escaped = [0], False, False
    for at, character in enumerate(text):
        if character == ",":
            if not is_quoted:
                starts.append(at + 1)
            continue
        if character == '"' and not is_escaped:
            is_quoted = not is_quoted
        is_escaped = character == "\\" and not is_escaped
    ends = [start - 1 for start in starts[1:]]
    pieces = [text[start:end] for start, end in zip(starts, ends, strict=False)]
    last = text[starts[-1] :].strip(_SPACE)
    return [*pieces, last] if last else pieces


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise InvalidInput(f"not matchers from character {at + 1} on: {text!r}")
        kind = str(found.lastgroup)
        yield kind, found[kind]
        at = found.end()


def _parts(tokens: list[tuple[str, str]], text: str) -> Parts:
    kinds = [kind for kind, _ in tokens]
    texts = ("quoted", "bare")
    if len(kinds) < 3 or kinds[0] not in texts or kinds[1] != "operator" or kinds[2] not in texts:
        raise InvalidInput(f'not a matcher in {text!r}; write it as name="value"')
    operator = cast(Operator, tokens[1][1])
    return _unquoted(*tokens[0]), operator, _unquoted(*tokens[2])


def _unquoted(kind: str, text: str) -> str:
    if kind == "bare":
        return text
    inner, value, at = text[1:-1], b"", 0
    for escape in _GO_ESCAPE.finditer(inner):
        value += inner[at : escape.start()].encode() + _unescaped(escape)
        at = escape.end()
    try:
        return (value + inner[at:].encode()).decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(f"escapes that are not UTF-8: {text}") from error


def _unescaped(escape: re.Match[str]) -> bytes:
    kind = escape.lastgroup
    if kind == "letter":
        return _GO_LETTERS[escape[kind]].encode()
    if kind in ("byte", "octal"):
        return bytes([int(escape[kind], 16 if kind == "byte" else 8)])
    if kind is not None:
        try:
            return chr(int(escape[kind], 16)).encode()
        except (ValueError, OverflowError):
            pass
    raise InvalidInput(f"not an escape: {escape.string[escape.start() :][:10]}")


def _escaped(character: str) -> str:
    if character in _GO_ESCAPES:
        return _GO_ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
