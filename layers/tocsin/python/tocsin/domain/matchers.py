"""Label matchers with Alertmanager's operators; patterns are RE2, anchored at both ends."""

import re
from functools import lru_cache
from typing import Any, Literal, cast

import msgspec

from tocsin.domain.errors import InvalidInput

Operator = Literal["=", "!=", "=~", "!~"]

_CLASSIC = re.compile(r"^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|=|!=|!~)\s*(.*?)\s*$", re.DOTALL)
_QUOTED = re.compile(r'^"(?:[^"\\]|\\.)*"$', re.DOTALL)
_ESCAPES = {"\\n": "\n", '\\"': '"', "\\\\": "\\"}
_ESCAPE = re.compile(r'\\[n"\\]')


class Matcher(msgspec.Struct, frozen=True, array_like=True):
    """One condition on one label; a label that is missing has the value ""."""

    name: str
    operator: Operator
    value: str

    def __str__(self) -> str:
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.name}{self.operator}"{escaped}"'

    def matches(self, labels: dict[str, str]) -> bool:
        """Tell whether `labels` meet this condition."""
        actual = labels.get(self.name, "")
        if self.operator == "=":
            return actual == self.value
        if self.operator == "!=":
            return actual != self.value
        found = pattern(self.value).fullmatch(actual) is not None
        return found if self.operator == "=~" else not found


@lru_cache(maxsize=1024)
def pattern(text: str) -> Any:
    """Compile an RE2 pattern. Raises InvalidInput for text that is not one."""
    # google-re2 is linear in its input; Python's `re` needs seconds for `(a+)+$`. Imported
    # here since most routing trees hold no pattern and a cold start should not pay for it.
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(text, options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise InvalidInput(f"not a valid RE2 pattern: {reason}") from error


def parse_matcher(text: str) -> Matcher:
    """Read one matcher in Alertmanager's classic syntax, such as `team=~"db|web"`.

    Raises InvalidInput for text that is not a matcher or holds a bad pattern.
    """
    found = _CLASSIC.match(text)
    if found is None:
        raise InvalidInput(f'not a matcher: {text!r}; write it as name="value"')
    name, operator, value = found[1], cast(Operator, found[2]), found[3]
    if value.startswith('"'):
        if not _QUOTED.match(value):
            raise InvalidInput(f"unbalanced quotes in the matcher {text!r}")
        value = value[1:-1]
    value = _ESCAPE.sub(lambda match: _ESCAPES[match[0]], value)
    matcher = Matcher(name, operator, value)
    if operator in ("=~", "!~"):
        pattern(value)
    return matcher


def match_all(matchers: tuple[Matcher, ...], labels: dict[str, str]) -> bool:
    """Tell whether every matcher is met; no matcher at all matches everything."""
    return all(matcher.matches(labels) for matcher in matchers)
