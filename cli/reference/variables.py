"""Environment variables of the functions, as rows for people."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_origin

import msgspec

from cli.reference.table import Row


def variable_rows(models: Mapping[str, type[msgspec.Struct]]) -> Iterator[Row]:
    """Yield each variable once, with the functions that read it."""
    functions: dict[tuple[str, str], list[str]] = {}
    for function, model in models.items():
        for field in msgspec.structs.fields(model):
            variable = field.encode_name, _meaning(field.type)
            functions.setdefault(variable, []).append(function)
    for (name, meaning), readers in functions.items():
        who = "all" if len(readers) == len(models) else ", ".join(readers)
        yield f"`{name}`", who, meaning


def _meaning(kind: Any) -> str:
    if get_origin(kind) is not Annotated:
        return ""
    return next((meta.description for meta in kind.__metadata__ if meta.description), "")
