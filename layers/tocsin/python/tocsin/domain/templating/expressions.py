"""What the expressions of a template are worth, with a count of steps that none can pass."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from jinja2 import nodes

from tocsin.domain.templating import operators
from tocsin.domain.templating.filters import apply
from tocsin.domain.templating.parsing import undefined
from tocsin.domain.templating.positions import error_at
from tocsin.domain.templating.values import Missing, Texts, Value, text_of
from tocsin.domain.wording.words import Words

# A part of a template that is looked at is a step; so are so many characters that are handled.
STEPS_LIMIT = 30_000
CHARACTERS_A_STEP = 50
TEXT_LIMIT = 20_000
_WARNINGS_LIMIT = 10


class Expressions:
    """The expressions of one rendering: its variables, its steps, and what was not defined."""

    def __init__(self, values: Mapping[str, Value], words: Words, *, is_strict: bool) -> None:
        self.warnings: dict[str, None] = {}
        self.steps = 0
        self.scopes: list[dict[str, Value]] = [dict(values)]
        self._words = words
        self._is_strict = is_strict

    def step(self, node: nodes.Node, cost: int = 1) -> None:
        """Count steps. Raises TemplateError once there are too many."""
        self.steps += cost
        if self.steps > STEPS_LIMIT:
            raise error_at(node.lineno, f"takes more than {STEPS_LIMIT} steps")

    def text(self, node: nodes.Node) -> str:
        """Return what is written where an expression stands."""
        value = self.value(node)
        if isinstance(value, Missing):
            self.warn(node, value)
            return ""
        if isinstance(value, (list, dict)):
            said = "a list; use `|join`" if isinstance(value, list) else "several fields"
            raise error_at(node.lineno, f"cannot be written out: it is {said}")
        return text_of(value)

    def _scalar(self, node: nodes.Node) -> Value:
        """Return a text, a number, true or false; None for what is not there."""
        value = self.value(node)
        if isinstance(value, Missing):
            self.warn(node, value)
            return None
        if isinstance(value, (list, dict)):
            raise error_at(node.lineno, "is a list or fields, where a text or a number is needed")
        return value

    def is_true(self, node: nodes.Node) -> bool:
        """Tell whether a condition holds."""
        value = self.value(node)
        if isinstance(value, Missing):
            self.warn(node, value)
            return False
        return bool(value)

    def warn(self, node: nodes.Node, value: Value) -> None:
        """Note what is not defined. Raises TemplateError where that is an error."""
        if not isinstance(value, Missing) or value.is_expected:
            return
        error = error_at(node.lineno, f"{value.name!r} is not defined")
        if self._is_strict:
            raise error
        if len(self.warnings) < _WARNINGS_LIMIT:
            self.warnings[str(error)] = None

    def value(self, node: nodes.Node) -> Value:
        """Return what an expression is worth."""
        self.step(node)
        return _EVALUATORS[type(node)](self, node)

    def _name(self, node: nodes.Name) -> Value:
        for scope in reversed(self.scopes):
            if node.name in scope:
                return scope[node.name]
        return Missing(node.name)

    def _attribute(self, node: nodes.Getattr) -> Value:
        return self._member(node, self.value(node.node), node.attr)

    def _item(self, node: nodes.Getitem) -> Value:
        value = self.value(node.node)
        if isinstance(node.arg, nodes.Slice):
            return self._slice(node, value, node.arg)
        return self._member(node, value, self._scalar(node.arg))

    def _member(self, node: nodes.Getattr | nodes.Getitem, value: Value, name: Value) -> Value:
        """Return what a list or a dictionary has under a name; never an attribute of Python's."""
        if isinstance(value, Missing):
            self.warn(node.node, value)
            return Missing(value.name, is_expected=True)
        if isinstance(value, (list, str)) and type(name) is int:
            return value[name] if -len(value) <= name < len(value) else Missing(str(name))
        if isinstance(value, dict) and isinstance(name, str) and name in value:
            return value[name]
        known = frozenset(value) if isinstance(value, dict) else frozenset[str]()
        if self._is_strict and not isinstance(value, Texts):
            raise error_at(node.lineno, undefined(str(name), known))
        return Missing(str(name), is_expected=isinstance(value, Texts) or value is None)

    def _slice(self, node: nodes.Getitem, value: Value, cut_: nodes.Slice) -> Value:
        if not isinstance(value, (list, str)):
            raise error_at(node.lineno, "only a list or a text has parts")
        ends = [
            None if end is None else operators.whole(self._scalar(end), end)
            for end in (cut_.start, cut_.stop)
        ]
        if cut_.step is not None:
            raise error_at(node.lineno, "parts are taken in their order")
        self.step(node, len(value) // CHARACTERS_A_STEP)
        return value[slice(*ends)]

    def _filter(self, node: nodes.Filter) -> Value:
        assert node.node is not None, "only a filter block has none"
        value = self.value(node.node)
        if node.name != "default":
            self.warn(node.node, value)
        arguments = [self._scalar(each) for each in node.args]
        return self._long(node, self._applied(node, value, arguments), value)

    def _applied(self, node: nodes.Filter, value: Value, arguments: list[Value]) -> Value:
        if isinstance(value, list) and node.name in ("join", "unique"):
            for each in value:
                if isinstance(each, (list, dict)):
                    message = f"{node.name!r} needs texts; take one field first: `|map('name')`"
                    raise error_at(node.lineno, message)
                self.step(node, 1 + len(each) // CHARACTERS_A_STEP if isinstance(each, str) else 1)
        if node.name == "map":
            self._check_field(node, value, arguments)
        try:
            return apply(node.name, value, arguments, self._words)
        except (ValueError, TypeError, OverflowError) as error:
            why = str(error) if isinstance(error, ValueError) else "has an argument that is wrong"
            raise error_at(node.lineno, f"{node.name!r} {why}") from None

    def _check_field(self, node: nodes.Filter, value: Value, arguments: list[Value]) -> None:
        """Raise for a field that nothing has. Labels may be missing."""
        known = [each for each in value or () if isinstance(each, dict)]
        is_wrong = [each for each in known if arguments and arguments[0] not in each]
        if self._is_strict and is_wrong and not isinstance(is_wrong[0], Texts):
            raise error_at(node.lineno, undefined(str(arguments[0]), frozenset(is_wrong[0])))

    def _long(self, node: nodes.Node, value: Value, before: Value = None) -> Value:
        """Count what was handled; raise where a text got longer than any may be."""
        for each in (value, before):
            if isinstance(each, (str, list, dict)):
                self.step(node, len(each) // (CHARACTERS_A_STEP if isinstance(each, str) else 1))
        if isinstance(value, str) and len(value) > TEXT_LIMIT:
            raise error_at(node.lineno, f"a text becomes longer than {TEXT_LIMIT} characters")
        return value

    def _test(self, node: nodes.Test) -> bool:
        value = self.value(node.node)
        if node.name == "none":
            return value is None or isinstance(value, Missing)
        return isinstance(value, Missing) == (node.name == "undefined")

    def _condition(self, node: nodes.CondExpr) -> Value:
        if self.is_true(node.test):
            return self.value(node.expr1)
        return "" if node.expr2 is None else self.value(node.expr2)

    def _concat(self, node: nodes.Concat) -> str:
        text = ""
        for each in node.nodes:
            text = self._long(node, text + self.text(each))
        return text

    def _and(self, node: nodes.And) -> Value:
        return self.value(node.right) if self.is_true(node.left) else False

    def _or(self, node: nodes.Or) -> Value:
        return self.value(node.left) if self.is_true(node.left) else self.value(node.right)

    def _not(self, node: nodes.Not) -> bool:
        return not self.is_true(node.node)

    def _negated(self, node: nodes.Neg) -> Value:
        return -operators.number(self._scalar(node.node), node)

    def _arithmetic(self, node: nodes.BinExpr) -> Value:
        return operators.arithmetic(self._scalar(node.left), self._scalar(node.right), node)

    def _compared(self, node: nodes.Compare) -> bool:
        left = self._scalar(node.expr)
        for operand in node.ops:
            if operand.op in ("in", "notin"):
                right = self.value(operand.expr)
                found = operators.is_in(left, right, operand)
                self._long(operand, right)
                if found == (operand.op == "notin"):
                    return False
                continue
            right = self._scalar(operand.expr)
            self._long(operand, right, left)
            if not operators.holds(operand.op, left, right, operand):
                return False
            left = right
        return True

    def _listed(self, node: nodes.List | nodes.Tuple) -> list[Value]:
        return [self._scalar(each) for each in node.items]


_Evaluator = Callable[[Expressions, Any], Value]
_EVALUATORS = cast(
    dict[type[nodes.Node], _Evaluator],
    {
        nodes.Const: lambda _, node: node.value,
        nodes.TemplateData: lambda _, node: node.data,
        nodes.Name: Expressions._name,
        nodes.Getattr: Expressions._attribute,
        nodes.Getitem: Expressions._item,
        nodes.Filter: Expressions._filter,
        nodes.Test: Expressions._test,
        nodes.CondExpr: Expressions._condition,
        nodes.Concat: Expressions._concat,
        nodes.And: Expressions._and,
        nodes.Or: Expressions._or,
        nodes.Not: Expressions._not,
        nodes.Neg: Expressions._negated,
        nodes.Add: Expressions._arithmetic,
        nodes.Sub: Expressions._arithmetic,
        nodes.Mul: Expressions._arithmetic,
        nodes.Div: Expressions._arithmetic,
        nodes.Mod: Expressions._arithmetic,
        nodes.Compare: Expressions._compared,
        nodes.List: Expressions._listed,
        nodes.Tuple: Expressions._listed,
    },
)
