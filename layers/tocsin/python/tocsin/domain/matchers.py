"""Label matchers with Alertmanager's operators; patterns are RE2, anchored at both ends."""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from tocsin.domain.errors import InvalidInput

if TYPE_CHECKING:
    from tocsin.domain.matcher_syntax import Parts

Operator = Literal["=", "!=", "=~", "!~"]
OPERATORS: tuple[Operator, ...] = get_args(Operator)


class Matcher(msgspec.Struct, frozen=True, array_like=True):
    """One condition on one label; a label that is missing has the value ""."""

    name: str
    operator: Operator
    value: str

    def __str__(self) -> str:
        """Write it as Alertmanager does: a name in quotes only where it needs them."""
        if not self.name.isidentifier():
            # Imported here, and where matchers are read: no alert needs it, as a rule.
            from tocsin.domain.matcher_syntax import is_reserved, quote

            if is_reserved(self.name):
                return f"{quote(self.name)}{self.operator}{quote(self.value)}"
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
    """Read one matcher as Alertmanager does, such as `team=~"db|web"`.

    The classic reading counts where there is one, else the one in UTF-8 syntax. Raises
    InvalidInput for text that is not a matcher, has braces around it or holds a bad pattern.
    Source: Alertmanager, matcher/compat/parse.go, in its default mode.
    """
    from tocsin.domain import matcher_syntax

    if text.startswith("{") or text.endswith("}"):
        raise InvalidInput(f"one matcher has no braces around it: {text!r}")
    return _first_reading(text, matcher_syntax.classic, matcher_syntax.utf8)[0]


def parse_matchers(text: str) -> tuple[Matcher, ...]:
    """Read matchers with commas between them, as Alertmanager does: `{a="b", c!="d"}`.

    Braces around them and a comma at the end may be there or not; there may be none at all.
    Raises InvalidInput as `parse_matcher` does.
    """
    from tocsin.domain import matcher_syntax

    return _first_reading(text, matcher_syntax.classic_list, matcher_syntax.utf8_list)


def match_all(matchers: tuple[Matcher, ...], labels: dict[str, str]) -> bool:
    """Tell whether every matcher is met; no matcher at all matches everything."""
    return all(matcher.matches(labels) for matcher in matchers)


def _first_reading(text: str, *readers: "Callable[[str], list[Parts]]") -> tuple[Matcher, ...]:
    failures = []
    for read in readers:
        try:
            return tuple(_checked(Matcher(*parts)) for parts in read(text))
        except InvalidInput as error:
            failures.append(error)
    raise failures[0]


def _checked(matcher: Matcher) -> Matcher:
    if matcher.operator in ("=~", "!~"):
        pattern(matcher.value)
    return matcher
