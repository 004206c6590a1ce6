"""Fields of pydantic models, as rows for people; read from the models' JSON schema."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from pydantic import BaseModel

from cli.reference.table import Row

Schema = Mapping[str, Any]

_WORDS = {"string": "text", "boolean": "true or false", "number": "number"}


def field_rows(model: type[BaseModel]) -> Iterator[Row]:
    """Yield path, type, default and meaning of every field, each block before its fields."""
    schema = model.model_json_schema()
    yield from _block_rows("", schema, schema["$defs"], within="")


def _block_rows(
    prefix: str, block: Schema, blocks: Mapping[str, Schema], within: str
) -> Iterator[Row]:
    for name, field in block["properties"].items():
        suffix, child = _child(field)
        is_recursive = child != "" and child == within
        meaning = field.get("description") or blocks[child]["description"]
        default = "required" if name in block.get("required", ()) else _default(field)
        kind = "list of blocks like this one" if is_recursive else _type(field)
        yield f"`{prefix}{name}`", kind, default, meaning
        if child and not is_recursive:
            yield from _block_rows(f"{prefix}{name}{suffix}.", blocks[child], blocks, child)


def _child(field: Schema) -> tuple[str, str]:
    """Return what leads from a field's path into its blocks, and the name of their model."""
    for suffix, schema in (
        ("", _present(field)),
        ("[]", field.get("items", {})),
        (".NAME", field.get("additionalProperties", {})),
    ):
        if "$ref" in schema:
            return suffix, schema["$ref"].rpartition("/")[2]
    return "", ""


def _present(field: Schema) -> Schema:
    """Return the schema of a field that is not left out."""
    choices = [choice for choice in field.get("anyOf", ()) if choice.get("type") != "null"]
    return choices[0] if choices else field


def _type(field: Schema) -> str:
    schema = _present(field)
    if "$ref" in schema:
        return "block"
    if "enum" in schema:
        return " or ".join(schema["enum"])
    if schema["type"] == "array":
        return f"list of {_element(schema['items'])}"
    if schema["type"] == "object":
        return f"{_element(schema['additionalProperties'])} by name"
    return _scalar(schema)


def _element(schema: Schema) -> str:
    if "$ref" in schema:
        return "blocks"
    if "x-kind" not in schema:
        return _type(schema)
    kind = schema["x-kind"]
    return f"{kind}es" if kind.endswith("s") else f"{kind}s"


def _scalar(schema: Schema) -> str:
    if "x-kind" in schema:
        return ", ".join(schema[name] for name in ("x-kind", "x-range") if name in schema)
    if schema["type"] == "integer":
        return f"number, {schema['minimum']} to {schema['maximum']}"
    return _WORDS[schema["type"]]


def _default(field: Schema) -> str:
    value = field.get("default")
    if value in (None, "", [], {}) or "$ref" in _present(field):
        return ""
    return f"`{value}`" if isinstance(value, str) else f"`{msgspec.json.encode(value).decode()}`"
