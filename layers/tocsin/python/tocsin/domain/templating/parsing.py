"""Reading a template, and what of Jinja may stand in one."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache

from jinja2 import TemplateSyntaxError, nodes

from tocsin.domain.errors import TemplateError
from tocsin.domain.messagetemplate import SOURCE_LIMIT
from tocsin.domain.templating.filters import FILTERS
from tocsin.domain.templating.positions import Positioned, error_at

_NODES_LIMIT = 2_000
_DEPTH_LIMIT = 60
# Beyond it, counting and showing numbers gets slow.
NUMBER_LIMIT = 10**15

# What Jinja says of a character that it does not know, beside the line.
_OFFSET = re.compile(r" at [0-9]+$")
_TESTS = {"defined", "undefined", "none"}
_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign,
    nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Test,
    nodes.CondExpr, nodes.Concat, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Compare,
    nodes.Operand, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.Mod, nodes.List, nodes.Tuple,
    nodes.Keyword,
)  # fmt: skip
_ENVIRONMENT = Positioned(
    trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, cache_size=0
)


class Parsed:
    """A template that holds nothing but what may stand in one."""

    def __init__(self, tree: nodes.Template) -> None:
        self.tree = tree
        self.assigned = frozenset(_assigned(tree))

    def check_names(self, known: frozenset[str]) -> None:
        """Raise TemplateError for a name that is never defined, wherever it stands."""
        names = self.assigned | known
        for node in self.tree.find_all(nodes.Name):
            if node.ctx == "load" and node.name not in names:
                raise error_at(node.lineno, undefined(node.name, names))


@lru_cache(maxsize=256)
def parse(source: str) -> Parsed:
    """Read a template. Raises TemplateError for what is none, and for what may not stand in it."""
    if len(source) > SOURCE_LIMIT:
        raise TemplateError(f"has more than {SOURCE_LIMIT} characters")
    try:
        tree = _ENVIRONMENT._parse(_with_newlines(source), None, None)
    except TemplateSyntaxError as error:
        raise error_at(error.lineno, _sentence(error.message or "cannot be read")) from None
    except (RecursionError, ValueError, OverflowError):
        raise TemplateError("is nested too deeply, or has a number that is too large") from None
    _check(tree)
    return Parsed(tree)


def undefined(name: str, known: frozenset[str]) -> str:
    """Say that there is no such name, and which one may have been meant."""
    near = get_close_matches(name, sorted(known), 1)
    return f"{name!r} is not defined" + (f"; {near[0]!r} is" if near else "")


def _with_newlines(source: str) -> str:
    return source.replace("\r\n", "\n").replace("\r", "\n")


def _check(tree: nodes.Template) -> None:
    waiting: list[tuple[nodes.Node, int]] = [(tree, 1)]
    count = 0
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if depth > _DEPTH_LIMIT:
            raise error_at(node.lineno, "is nested too deeply")
        if count > _NODES_LIMIT:
            raise error_at(node.lineno, f"has more than {_NODES_LIMIT} parts")
        message = _wrong(node)
        if message:
            raise error_at(node.lineno, message)
        children = [*node.iter_child_nodes()]
        for child in children:
            # Jinja gives what is compared no place of its own.
            child.lineno = child.lineno or node.lineno
        # The last is looked at first: what is wrong first in the text is what is said.
        waiting += [(child, depth + 1) for child in reversed(children)]


def _wrong(node: nodes.Node) -> str:
    """Return why a node may not stand in a template; "" if it may."""
    if isinstance(node, nodes.Call):
        return _wrong_call(node)
    if not isinstance(node, _ALLOWED):
        return f"{type(node).__name__.lower()!r} cannot be used in templates here"
    if isinstance(node, nodes.For) and node.recursive:
        return "a loop cannot be recursive here"
    if isinstance(node, (nodes.Filter, nodes.Test)):
        return _wrong_use(node)
    return _wrong_constant(node.value) if isinstance(node, nodes.Const) else ""


def _wrong_use(node: nodes.Filter | nodes.Test) -> str:
    """Return what is wrong with how a filter or a test is used."""
    if node.dyn_args or node.dyn_kwargs or node.kwargs:
        return f"{node.name!r} takes no arguments with a name"
    if isinstance(node, nodes.Test):
        known = ", ".join(sorted(_TESTS))
        return "" if node.name in _TESTS else f"there is no test {node.name!r}; there are {known}"
    if node.name in FILTERS:
        return ""
    near = get_close_matches(node.name, FILTERS, 1)
    return f"there is no filter {node.name!r}" + (f"; there is {near[0]!r}" if near else "")


def _wrong_call(node: nodes.Call) -> str:
    called = node.node
    if isinstance(called, nodes.Getattr) and called.attr in FILTERS:
        return f"nothing can be called; write `|{called.attr}` in place of `.{called.attr}()`"
    if isinstance(called, nodes.Name) and called.name == "range":
        return "nothing can be called, `range` neither; loop over `alerts` or over `labels|items`"
    return "nothing can be called; there are filters, such as `labels|items`"


def _wrong_constant(value: object) -> str:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if is_number and abs(value) > NUMBER_LIMIT:  # type: ignore[arg-type]
        return "the number is too large"
    return ""


def _assigned(tree: nodes.Template) -> Iterator[str]:
    for node in tree.find_all(nodes.Name):
        if node.ctx == "store":
            yield node.name
    if tree.find(nodes.For) is not None:
        yield "loop"


def _sentence(message: str) -> str:
    message = _OFFSET.sub("", message)
    return message[:1].lower() + message[1:].rstrip(".")
