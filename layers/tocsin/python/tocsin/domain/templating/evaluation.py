"""Rendering a template by walking its tree, with a count of steps that none can pass."""

from collections.abc import Iterator, Mapping

import msgspec
from jinja2 import nodes

from tocsin.domain.errors import TemplateError
from tocsin.domain.plaintext import cut
from tocsin.domain.templating.expressions import CHARACTERS_A_STEP, TEXT_LIMIT, Expressions
from tocsin.domain.templating.parsing import parse
from tocsin.domain.templating.positions import error_at
from tocsin.domain.templating.values import Missing, Value
from tocsin.domain.wording.words import Words


class Rendered(msgspec.Struct, frozen=True):
    """What became of a template, what in it was not defined, and how many steps it took."""

    text: str
    warnings: tuple[str, ...]
    steps: int


def render(
    source: str, values: Mapping[str, Value], words: Words, *, is_strict: bool = False
) -> Rendered:
    """Render a template, with at most `TEXT_LIMIT` characters.

    What is not defined is empty and a warning, or an error where it `is_strict`. Raises
    TemplateError.
    """
    parsed = parse(source)
    if is_strict:
        parsed.check_names(frozenset(values))
    evaluation = _Evaluation(values, words, is_strict=is_strict)
    try:
        evaluation.run(parsed.tree.body)
    except _FullError:
        pass
    except RecursionError:
        raise TemplateError("is nested too deeply") from None
    text = "".join(evaluation.pieces)
    return Rendered(cut(text, TEXT_LIMIT), tuple(evaluation.warnings), evaluation.steps)


class _FullError(Exception):
    """There is as much output as there may be."""


class _Evaluation(Expressions):
    """One rendering."""

    def __init__(self, values: Mapping[str, Value], words: Words, *, is_strict: bool) -> None:
        super().__init__(values, words, is_strict=is_strict)
        self.pieces: list[str] = []
        self._length = 0

    def run(self, body: list[nodes.Node]) -> None:
        """Do what statements say."""
        for node in body:
            self.step(node)
            if isinstance(node, nodes.Output):
                for each in node.nodes:
                    self._write(each)
            elif isinstance(node, nodes.If):
                self._if(node)
            elif isinstance(node, nodes.For):
                self._for(node)
            elif isinstance(node, nodes.Assign):
                self._assign(node.target, self.value(node.node))

    def _write(self, node: nodes.Expr) -> None:
        text = node.data if isinstance(node, nodes.TemplateData) else self.text(node)
        self.step(node, 1 + len(text) // CHARACTERS_A_STEP)
        self.pieces.append(text)
        self._length += len(text)
        if self._length > TEXT_LIMIT:
            raise _FullError

    def _if(self, node: nodes.If) -> None:
        for branch in (node, *node.elif_):
            if self.is_true(branch.test):
                self.run(branch.body)
                return
        self.run(node.else_)

    def _for(self, node: nodes.For) -> None:
        chosen = list(self._chosen(node))
        for index, item in enumerate(chosen):
            self.step(node)
            loop = {
                "index": index + 1,
                "index0": index,
                "first": index == 0,
                "last": index == len(chosen) - 1,
                "length": len(chosen),
            }
            self.scopes.append({"loop": loop})
            self._assign(node.target, item)
            self.run(node.body)
            self.scopes.pop()
        if not chosen:
            self.run(node.else_)

    def _chosen(self, node: nodes.For) -> Iterator[Value]:
        """Yield what a loop runs over: all items, or those that pass its `if`."""
        over = self.value(node.iter)
        if over is None or isinstance(over, Missing):
            self.warn(node.iter, over)
            over = []
        if isinstance(over, dict):
            over = sorted(over)
        if not isinstance(over, list):
            raise error_at(node.iter.lineno, "a loop needs a list")
        for item in over:
            self.step(node)
            if node.test is None:
                yield item
                continue
            self.scopes.append({})
            self._assign(node.target, item)
            passes = self.is_true(node.test)
            self.scopes.pop()
            if passes:
                yield item

    def _assign(self, target: nodes.Node, value: Value) -> None:
        if isinstance(target, nodes.Name):
            self.scopes[-1][target.name] = value
            return
        names = target.items if isinstance(target, nodes.Tuple) else []
        if not isinstance(value, list) or not names or len(value) != len(names):
            raise error_at(target.lineno, f"cannot be taken apart into {len(names)}")
        for each, part in zip(names, value, strict=True):
            self._assign(each, part)
