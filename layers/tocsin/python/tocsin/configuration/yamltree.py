"""YAML read so that every value still knows its line."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
import yaml

from tocsin.configuration.problems import ConfigurationErrors, Location, Problem, path_of
from tocsin.configuration.substitution import substitute, variables

# Aliases can make a small file stand for a large tree; these bound what it becomes.
TEXT_LIMIT_BYTES = 1024 * 1024
NODE_LIMIT = 100_000
DEPTH_LIMIT = 40

# Takes the place of a value that cannot be read, so that the rest can be checked all the same.
# It is right as an address, a header or a text, which is what variables are used for.
STAND_IN = "https://unread.invalid/"

_TAG = "tag:yaml.org,2002:"
_TYPED = {_TAG + name for name in ("null", "bool", "int", "float")}
_TEXT = {_TAG + name for name in ("str", "timestamp", "value", "merge")}


# What YAML makes of a text that somebody forgot to put in quotes: the name that it goes on to
# quote is a part of that text, which may be a secret.
_FORGOTTEN_QUOTES = {"found undefined alias": "*", "found undefined tag handle": "!"}


class Tree(msgspec.Struct, frozen=True):
    """The plain values of a YAML document, the line of each, and what could not be read.

    `unread` are the places whose values are not those of the file, because of a problem.
    `variables` are the names that a value refers to.
    """

    value: Any
    lines: dict[Location, int]
    problems: tuple[Problem, ...]
    unread: frozenset[Location]
    variables: dict[Location, tuple[str, ...]]

    def line(self, location: Location) -> int:
        """Return the line of a value, or of the nearest block around one that is missing."""
        while location not in self.lines:
            location = location[:-1]
        return self.lines[location]


def read(text: str, filename: str, environ: Mapping[str, str]) -> Tree:
    """Read one YAML document and replace the variables in its values.

    Raises ConfigurationErrors where the text is not YAML at all.
    """
    return Reader(filename, environ).tree(text)


@contextmanager
def _told(text: str, filename: str, limit_bytes: int) -> Iterator[None]:
    """Raise ConfigurationErrors for text that is not YAML, or too much of it."""
    if len(text.encode(errors="replace")) > limit_bytes:
        raise _unreadable(filename, 1, f"more than {limit_bytes} bytes")
    try:
        yield
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise _unreadable(filename, line, f"not YAML: {_reason(error)}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _unreadable(filename, line, f"not YAML: {error.reason}") from error
    except RecursionError as error:
        raise _unreadable(filename, 1, "nested too deeply") from error


def _reason(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or ""
    for start, sign in _FORGOTTEN_QUOTES.items():
        if problem.startswith(start):
            return f"{start}; a text that begins with {sign} needs quotes"
    return problem


def _unreadable(filename: str, line: int, message: str) -> ConfigurationErrors:
    return ConfigurationErrors([Problem(filename, line, "", message)])


class Reader:
    """Makes a tree of one document; others read scalars and keys in another way."""

    text_limit_bytes = TEXT_LIMIT_BYTES
    node_limit = NODE_LIMIT

    def __init__(self, filename: str, environ: Mapping[str, str]) -> None:
        self.lines: dict[Location, int] = {}
        self.problems: list[Problem] = []
        self.unread: set[Location] = set()
        self.variables: dict[Location, tuple[str, ...]] = {}
        self._filename = filename
        self._environ = environ
        self._nodes = 0
        self._constructor = yaml.constructor.SafeConstructor()

    def tree(self, text: str) -> Tree:
        """Read a document. Raises ConfigurationErrors where it is not YAML at all."""
        with _told(text, self._filename, self.text_limit_bytes):
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            raise _unreadable(self._filename, 1, "the file is empty")
        return self._tree(self.value(node, ()))

    def trees(self, text: str) -> Tree:
        """Read all documents of a text, as one list, with the fast reader where there is one.

        Raises ConfigurationErrors where it is not YAML at all.
        """
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        with _told(text, self._filename, self.text_limit_bytes):
            self._check_depth(text, loader)
            nodes = list(yaml.compose_all(text, Loader=loader))
        self.lines[()] = 1
        return self._tree([self.value(node, (at,)) for at, node in enumerate(nodes)])

    def _check_depth(self, text: str, loader: Any) -> None:
        """Raise ConfigurationErrors for what lies too deep, with which the fast reader dies."""
        depth = 0
        for event in yaml.parse(text, Loader=loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEPTH_LIMIT:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise _unreadable(self._filename, line, "nested too deeply")

    def _tree(self, value: Any) -> Tree:
        problems, unread = tuple(self.problems), frozenset(self.unread)
        return Tree(value, self.lines, problems, unread, self.variables)

    def value(self, node: yaml.Node, location: Location) -> Any:
        """Return the plain value of a node, and note its line."""
        self.lines.setdefault(location, node.start_mark.line + 1)
        self.count(node, len(location))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, location)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*location, at)) for at, item in enumerate(node.value)]
        return self.scalar(node, location)

    def count(self, node: yaml.Node, depth: int) -> None:
        """Raise ConfigurationErrors where there are too many nodes, or one lies too deep."""
        self._nodes += 1
        if self._nodes > self.node_limit or depth > DEPTH_LIMIT:
            line = node.start_mark.line + 1
            raise _unreadable(self._filename, line, "too many or too deeply nested values")

    def pairs(self, node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
        """Return the keys and values of a block."""
        return list(node.value)

    def is_key(self, node: yaml.Node) -> bool:
        """Tell whether a node can be a key."""
        return isinstance(node, yaml.ScalarNode) and node.tag in _TEXT

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in self.pairs(node):
            line = key_node.start_mark.line + 1
            if not self.is_key(key_node):
                self._report(line, location, "a key must be text; put it in quotes")
                self.unread.add(location)
                continue
            key = key_node.value
            if key in values:
                first_line = self.lines[*location, key]
                self._report(line, (*location, key), f"given twice; first on line {first_line}")
                continue
            # The line of its key is where people look for a value.
            self.lines[*location, key] = line
            values[key] = self.value(value_node, (*location, key))
        return values

    def scalar(self, node: yaml.Node, location: Location) -> Any:
        """Return the value of a node that is no list and no block."""
        try:
            if node.tag in _TYPED:
                return self._typed(node)
            if node.tag in _TEXT:
                return self.text(node.value, location)
            self._report(node.start_mark.line + 1, location, "this YAML tag has no meaning here")
        except ValueError as error:
            self._report(node.start_mark.line + 1, location, str(error))
        self.unread.add(location)
        return STAND_IN

    def _typed(self, node: yaml.Node) -> Any:
        try:
            return self.typed(node)
        except (ValueError, LookupError):
            raise ValueError("not the number or the word that its tag says") from None

    def typed(self, node: yaml.Node) -> Any:
        """Return the value of a node that is a number, true, false or null."""
        return self._constructor.construct_object(node)

    def text(self, text: str, location: Location) -> str:
        """Return a text with its variables replaced."""
        if names := variables(text):
            self.variables[location] = names
        return substitute(text, self._environ)

    def _report(self, line: int, location: Location, message: str) -> None:
        self.problems.append(Problem(self._filename, line, path_of(location), message))
