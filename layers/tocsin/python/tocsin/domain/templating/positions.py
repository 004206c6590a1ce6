"""Where in a template something stands.

Jinja keeps a line for each token and node, and nothing else. Here that number says the column,
too, so that all of Jinja's nodes and errors have both.
"""

from collections.abc import Iterator

from jinja2 import TemplateSyntaxError
from jinja2.environment import Environment
from jinja2.lexer import TokenStream

from tocsin.domain.errors import TemplateError

# More than any line of a template has.
_COLUMNS = 100_000


class Positioned(Environment):
    """An environment whose parser calls a line and a column a line."""

    def _tokenize(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> TokenStream:
        tokens = _positioned(self, source, name)
        return TokenStream(self.lexer.wrap(tokens, name, filename), name, filename)


def error_at(position: int, message: str) -> TemplateError:
    """Return an error at the position that a node or an error of Jinja has as its line."""
    return TemplateError(message, *divmod(position, _COLUMNS))


def _positioned(
    environment: Environment, source: str, name: str | None
) -> Iterator[tuple[int, str, str]]:
    at = _Place(source)
    try:
        for _, token, text in environment.lexer.tokeniter(source, name):
            # What Jinja strips before a token is none.
            at.go_to(source.find(text, at.offset))
            yield at.position, token, text
            at.go_to(at.offset + len(text))
    except TemplateSyntaxError as error:
        raise TemplateSyntaxError(error.message or "", at.position, name) from None


class _Place:
    """A place in a text that only moves forward."""

    def __init__(self, source: str) -> None:
        self.offset = 0
        self._source = source
        self._line = 1
        self._line_start = 0

    def go_to(self, offset: int) -> None:
        if offset <= self.offset:
            return
        self._line += self._source.count("\n", self.offset, offset)
        newline = self._source.rfind("\n", self.offset, offset)
        if newline >= 0:
            self._line_start = newline + 1
        self.offset = offset

    @property
    def position(self) -> int:
        return self._line * _COLUMNS + self.offset - self._line_start + 1
