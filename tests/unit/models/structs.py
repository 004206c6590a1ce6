"""Values of the pipeline of any shape that their types allow, for tests with hypothesis."""

import types
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


def of_type(kind: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for a type of a field."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Literal:
        return st.sampled_from(parts)
    if origin in (Union, types.UnionType):
        return st.one_of([of_type(each) for each in parts])
    if origin is tuple:
        return _of_tuple(parts)
    if origin is dict:
        return st.dictionaries(of_type(parts[0]), of_type(parts[1]), max_size=3)
    if issubclass(kind, msgspec.Struct):
        return of_struct(kind)
    simple = {str: TEXTS, float: NUMBERS, bool: st.booleans(), type(None): st.none()}
    return simple[kind] if kind in simple else st.integers(0, 2**53)


def of_struct(kind: type[Any], **chosen: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for a struct; fields that are not `chosen` are of any value.

    Often a field has its default, which is left out where it is written.
    """
    hints = get_type_hints(kind)
    fields = {}
    for field in msgspec.structs.fields(kind):
        name = field.name
        anything = chosen[name] if name in chosen else of_type(hints[name])
        has_default = field.default is not msgspec.NODEFAULT
        fields[name] = st.just(field.default) | anything if has_default else anything
    return st.builds(kind, **fields)


def _of_tuple(parts: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if parts[-1] is Ellipsis:
        return st.lists(of_type(parts[0]), max_size=3).map(tuple)
    return st.tuples(*(of_type(each) for each in parts))
