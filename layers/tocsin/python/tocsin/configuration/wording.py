"""What pydantic finds wrong, in the words of this project."""

from pydantic_core import ErrorDetails

# By pydantic's type of error; the braces are what it says of the limit that was broken.
_SENTENCES = {
    "missing": "is required",
    "extra_forbidden": "is not a known field",
    "string_type": "must be text; put it in quotes",
    "string_unicode": "must be text; put it in quotes",
    "dict_type": "must be a block of fields",
    "model_type": "must be a block of fields",
    "list_type": "must be a list",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "literal_error": "must be {expected}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_long": "must have at most {max_length} entries",
}


def sentence(detail: ErrorDetails) -> str:
    """Say what is wrong with a value, without quoting it."""
    context = detail.get("ctx", {})
    if detail["type"] == "too_short":
        least = context["min_length"]
        return "must not be empty" if least == 1 else f"must have at least {least} entries"
    found = _SENTENCES.get(detail["type"])
    return found.format_map(context) if found else detail["msg"]
