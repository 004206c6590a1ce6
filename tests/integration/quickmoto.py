"""Lets moto and botocore find out once what is the same for every request of a process.

They look up the methods of a class, parse an expression and name a caller anew each time, and
go through the tree of an update ten times, asking abstract classes what each node is.
"""

from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any

from botocore import useragent
from moto.core import responses, serialize
from moto.dynamodb.parsing.ast_nodes import (
    DepthFirstTraverser,
    Expression,
    Node,
    UpdateExpressionFunction,
)
from moto.dynamodb.parsing.expressions import UpdateExpressionParser

_is = cache(issubclass)
_make = UpdateExpressionParser.make


def find_out_once() -> None:
    """Let it be so from now on, in every test of this process."""
    responses.method_names_from_class = cache(responses.method_names_from_class)
    useragent.sanitize_user_agent_string_component = lru_cache(1000)(
        useragent.sanitize_user_agent_string_component
    )
    # Whoever changes a tree changes a copy of it.
    UpdateExpressionParser.make = staticmethod(lru_cache(1000)(_make))
    DepthFirstTraverser.traverse_node_recursively = _traverse
    Node.find_clauses = _find_clauses
    for picker in (serialize.AttributePicker, serialize.XFormedAttributePicker):
        picker.get_possible_keys = _remembering(picker.get_possible_keys)


def _traverse(self: Any, node: Any, child_id: int = -1) -> Any:
    if not _is(type(node), Node):
        return node
    parent = node.parent
    for index, child in enumerate(node.children or ()):
        self.pre_processing_of_child(node, index)
        _traverse(self, child, index)
    if "_wanted" not in self.__dict__:
        self._wanted = self.nodes_to_be_processed()
    if _is(type(node), self._wanted):
        node = self.process(node)
        node.parent = parent
        if parent:
            parent.children[child_id] = node
    return node


def _find_clauses(self: Any, kinds: list[type]) -> list[Any]:
    clauses = []
    for child in self.children or ():
        if type(child) in kinds:
            clauses.append(child)
        elif _is(type(child), (Expression, UpdateExpressionFunction)):
            clauses += child.find_clauses(kinds)
    return clauses


def _remembering(possible_keys: Callable[..., Iterable[str]]) -> Callable[..., Iterable[str]]:
    known: dict[Any, tuple[str, ...]] = {}

    def remembered(self: Any, context: Any) -> Iterable[str]:
        if type(context.obj) is not dict:
            return possible_keys(self, context)
        shape = context.shape
        at = (*self.alias_providers, context.key, shape, getattr(shape, "parent", None))
        if at not in known:
            known[at] = tuple(possible_keys(self, context))
        return known[at]

    return remembered
