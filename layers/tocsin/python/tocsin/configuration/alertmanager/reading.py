"""An Alertmanager's YAML, read as Go reads it into fields that know their type.

A scalar keeps its text, since `500` is a fine label value and `1.10` is not `1.1`. Variables
have no meaning, a block can be merged into another with `<<`, and null is what is left out,
but for the value of a label, where it is the empty one.
"""

import re
from typing import Any

import yaml

from tocsin.configuration.problems import Location
from tocsin.configuration.yamltree import Reader, Tree

_MERGE = "tag:yaml.org,2002:merge"
_NULL = "tag:yaml.org,2002:null"
# The maps of labels, and those of them whose values are plain ones.
_VALUES = ("match", "source_match", "target_match")
_OF_LABELS = (*_VALUES, *(f"{name}_re" for name in _VALUES))
# JSON writes a character beyond 16 bits as two escapes, of which YAML makes two characters.
_PAIR = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE)


class Plain(str):
    """The text of a scalar without quotes that is more than text; `meaning` is what it says."""

    __slots__ = ("meaning",)

    meaning: object


def read_alertmanager(text: str, filename: str) -> Tree:
    """Read a file; it may be JSON. Raises ConfigurationErrors where it is not YAML at all."""
    if text.lstrip().startswith("{"):
        # Where JSON allows a tab, YAML often does not; inside of texts JSON does not either.
        text = _PAIR.sub(_joined, text.replace("\t", " "))
    return _GoReader(filename, {}).tree(text)


def without_nulls(value: Any) -> Any:
    """Return a value without the fields that are null, which Go takes for left out.

    A label whose value is null must be missing; a pattern that is null is left for the models
    to refuse, as Alertmanager does.
    """
    if isinstance(value, dict):
        return {
            name: _labels(name, each) if name in _OF_LABELS else without_nulls(each)
            for name, each in value.items()
            if each is not None
        }
    if isinstance(value, list):
        return [without_nulls(each) for each in value]
    return value


def _labels(name: str, value: Any) -> Any:
    if not isinstance(value, dict) or name not in _VALUES:
        return value
    return {label: "" if each is None else each for label, each in value.items()}


def _joined(pair: re.Match[str]) -> str:
    code = bytes.fromhex(pair[1] + pair[2]).decode("utf-16-be")
    return f"\\U{ord(code):08x}"


def _name(key: yaml.Node) -> Any:
    """Return what two keys have in common that are one; a key that is no text has its own."""
    return key.value if isinstance(key, yaml.ScalarNode) else id(key)


class _GoReader(Reader):
    def pairs(self, node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
        """Return the keys and values of a block, and those merged into it that it has not."""
        return self._merged(node, 0)

    def _merged(self, node: yaml.MappingNode, depth: int) -> list[tuple[yaml.Node, yaml.Node]]:
        # A block may be merged into itself.
        self.count(node, depth)
        own = [pair for pair in node.value if pair[0].tag != _MERGE]
        names = {_name(key) for key, _ in own}
        for _, value in (pair for pair in node.value if pair[0].tag == _MERGE):
            for block in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                if not isinstance(block, yaml.MappingNode):
                    continue
                pairs = self._merged(block, depth + 1)
                merged = [pair for pair in pairs if _name(pair[0]) not in names]
                names |= {_name(key) for key, _ in merged}
                own += merged
        return own

    def is_key(self, node: yaml.Node) -> bool:
        return isinstance(node, yaml.ScalarNode)

    def typed(self, node: yaml.Node) -> Any:
        if node.tag == _NULL:
            return None
        plain = Plain(node.value)
        plain.meaning = super().typed(node)
        return plain

    def text(self, text: str, location: Location) -> str:
        return text
