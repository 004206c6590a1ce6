"""Plain text: nothing in it hides, reorders or controls what a reader sees.

Texts are composed as Unicode says (NFC). NFKC would go further and change what is said: it makes
102 of 10². Sources: UAX #15, UAX #9, UTR #36, RFC 5892 appendix A (joiners), the
list of emoji sequences of UTS #51, and ECMA-48 for what terminals are sent.
"""

import re
from functools import lru_cache

# UAX #15, "Stream-Safe Text Format": no language stacks more marks. Sorting them is quadratic.
_MARKS_LIMIT = 30

_ASCII_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ASCII_HIDDEN = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0e-\x1f\x7f]"
)
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_REPLACEMENT = "\ufffd"
_ROUNDS = 3

_SELECTOR = r"\ufe00-\ufe0f\U000e0100-\U000e01ef"
# Scripts whose letters join or stack, in which a joiner is spelling.
_JOINED = (
    r"\u0620-\u07ff\u0840-\u108f\u1780-\u180d\u1810-\u18af\u1a20-\u1aaf\u1b00-\u1bff"
    r"\ua800-\uabff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010a00-\U00010a7f"
    r"\U00011000-\U00011fff"
)
_EMOJI = r"\u2600-\u27bf\U0001f000-\U0001faff"
_AFTER_JOINER = r"\u2190-\u21ff\u2b00-\u2bff" + _EMOJI
_RIGHT_TO_LEFT = r"[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff]"
_TAGS = r"\U000e0020-\U000e007f"


def plain_text(text: str) -> str:
    """Return a text in NFC without what is not shown; applying it again changes nothing.

    Removed are control characters but newline and tab, sequences for terminals, overrides and
    isolates of direction, and characters without width. Joiners stay where a script or an emoji
    needs them, marks of direction beside right-to-left letters. Half a surrogate pair becomes
    U+FFFD, every line end a newline; blanks at line ends go, and so do blanks around the text.
    """
    if not text.isascii():
        return _lines(_beyond_ascii(_ASCII_HIDDEN.sub("", _LINE_ENDS.sub("\n", text))))
    if text.isprintable():
        return text.strip()
    if _ASCII_CONTROL.search(text):
        text = _ASCII_HIDDEN.sub("", _LINE_ENDS.sub("\n", text))
    return _lines(text)


def one_line(text: str) -> str:
    """Return plain text in one line, with a single blank for what separates lines."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return " ".join(plain_text(text).split())


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters, of which the last says that there were more."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _lines(text: str) -> str:
    # Not a pattern: one that looks for blanks before a line end is quadratic in blanks.
    return "\n".join(map(str.rstrip, text.split("\n"))).strip()


def _beyond_ascii(text: str) -> str:
    rules = _rules()
    text = rules.surrogate.sub(_REPLACEMENT, rules.hidden.sub("", text))
    if rules.direction.search(text) and not rules.right_to_left.search(text):
        text = rules.direction.sub("", text)
    text = rules.composed(text)
    if not rules.joining.search(text):
        # Nothing else can be out of place; to ask at each character whether it is costs far more.
        return text
    # What goes can bring together what has to go as well.
    for _ in range(_ROUNDS):
        kept = rules.out_of_place.sub("", text)
        if kept == text:
            return text
        text = rules.composed(kept)
    return rules.composed(rules.joining.sub("", text))


class _Rules:
    """What only texts beyond ASCII need."""

    def __init__(self) -> None:
        self.surrogate = re.compile(r"[\ud800-\udfff]")
        # C1, soft hyphen, overrides and isolates, without width, interlinear, non-characters.
        self.hidden = re.compile(
            r"[\x80-\x9f\xad\u034f\u180e\u200b\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff"
            r"\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e001f\U000e0080-\U000e00ff]"
        )
        self.direction = re.compile(r"[\u061c\u200e\u200f]")
        self.right_to_left = re.compile(_RIGHT_TO_LEFT)
        self.joining = re.compile(rf"[\u200c\u200d{_SELECTOR}{_TAGS}]")
        self.out_of_place = re.compile(
            rf"(?<![{_JOINED}])\u200c"
            rf"|(?<![{_JOINED}{_EMOJI}])(?<![{_EMOJI}]\ufe0f)\u200d"
            rf"|(?<![{_JOINED}])\u200d(?![{_AFTER_JOINER}])"
            rf"|(?<=[\u200c\u200d{_SELECTOR}])[{_SELECTOR}]+"
            rf"|(?<=\U0001f3f4)[{_TAGS}]{{17,}}"
            rf"|(?<![\U0001f3f4{_TAGS}])[{_TAGS}]+"
        )
        self._piled = re.compile(rf"[\u0300-\U0010ffff]{{{_MARKS_LIMIT + 1}}}")

    def composed(self, text: str) -> str:
        from unicodedata import normalize

        if self._piled.search(text):
            text = _without_piles(text)
        return normalize("NFC", text)


def _without_piles(text: str) -> str:
    """Leave out the marks that are piled on one letter above the limit."""
    from unicodedata import combining

    # Long runs beyond Latin are mostly words: to know that costs a tenth of leaving marks out.
    if not any(map(combining, text)):
        return text
    kept, height = [], 0
    for character in text:
        height = height + 1 if combining(character) else 0
        if height <= _MARKS_LIMIT:
            kept.append(character)
    return "".join(kept)


_rules = lru_cache(maxsize=1)(_Rules)
