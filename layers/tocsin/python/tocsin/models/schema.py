"""The JSON schema of all models; `docs/models.schema.json` is what it says."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from tocsin import models


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of every model and word, under `$defs`."""
    public = [getattr(models, name) for name in models.__all__]
    shapes: list[type[BaseModel]] = [each for each in public if issubclass(each, BaseModel)]
    _, schema = models_json_schema([(each, "validation") for each in shapes])
    words = {
        each.__name__: TypeAdapter(each).json_schema()
        for each in public
        if issubclass(each, StrEnum)
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Models of tocsin",
        "$defs": dict(sorted({**words, **schema["$defs"]}.items())),
    }
