"""What templates can do with two values: count, and compare."""

import operator
from collections.abc import Callable
from typing import Any

from jinja2 import nodes

from tocsin.domain.templating.parsing import NUMBER_LIMIT
from tocsin.domain.templating.positions import error_at
from tocsin.domain.templating.values import Value

_COMPARES: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
}
_COUNTS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
}


def number(value: Value, node: nodes.Node) -> int | float:
    """Return a value that is a number. Raises TemplateError for any other."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise error_at(node.lineno, "needs a number; texts are joined with `~`")
    return value


def whole(value: Value, node: nodes.Node) -> int:
    """Return a value that is a whole number. Raises TemplateError for any other."""
    if type(value) is not int:
        raise error_at(node.lineno, "needs a whole number")
    return value


def arithmetic(left: Value, right: Value, node: nodes.BinExpr) -> int | float:
    """Return the result for two numbers. Raises TemplateError where there is none."""
    try:
        found: int | float = _COUNTS[node.operator](number(left, node), number(right, node))
    except (ArithmeticError, ValueError):
        raise error_at(node.lineno, "has no result, such as a division by 0") from None
    if not abs(found) <= NUMBER_LIMIT:
        raise error_at(node.lineno, "the number gets too large")
    return found


def holds(name: str, left: Value, right: Value, node: nodes.Node) -> bool:
    """Tell whether a comparison holds; one with nothing never does but for `==` and `!=`."""
    if name not in ("eq", "ne") and (left is None or right is None):
        return False
    try:
        return _COMPARES[name](left, right)
    except TypeError:
        raise error_at(node.lineno, "a text and a number have no order") from None


def is_in(left: Value, right: Value, node: nodes.Node) -> bool:
    """Tell whether a text is part of a text or of a list, or names something."""
    if isinstance(right, str):
        return isinstance(left, str) and left in right
    if isinstance(right, list):
        return any(not isinstance(each, (list, dict)) and each == left for each in right)
    if isinstance(right, dict):
        return left in right
    raise error_at(node.lineno, "`in` needs a list, a text or labels on its right")
