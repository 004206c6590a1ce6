"""Labels and annotations of one alert, checked against their limits."""

from typing import Any

from tocsin.domain.errors import InvalidAlert
from tocsin.providers import limits
from tocsin.providers.reading import expected, quoted


def check_labels(labels: Any, path: str = "labels") -> dict[str, str]:
    """Return the labels if all are texts within the limits; those with an empty value do not count.

    Raises InvalidAlert. The result may be the same object.
    """
    if type(labels) is not dict:
        raise expected("an object", labels, path)
    if len(labels) > limits.LABELS_PER_ALERT:
        raise InvalidAlert(f"more than {limits.LABELS_PER_ALERT} labels", path)
    for name, value in labels.items():
        if type(value) is not str:
            raise expected("a string", value, f"{path}.{_shown(name)}")
        if not 0 < len(name) <= limits.LABEL_NAME_CHARACTERS:
            raise InvalidAlert(_NAME_LENGTH, f"{path}.{_shown(name)}")
        if len(value) > limits.LABEL_VALUE_CHARACTERS:
            raise InvalidAlert(_VALUE_LENGTH, f"{path}.{_shown(name)}")
    if "" in labels.values():
        return {name: value for name, value in labels.items() if value}
    return labels


def check_annotations(annotations: Any, path: str = "annotations") -> dict[str, str]:
    """Return the annotations if all are texts; a text above the limit is cut.

    Raises InvalidAlert. The result may be the same object.
    """
    if annotations is None:
        return {}
    if type(annotations) is not dict:
        raise expected("an object", annotations, path)
    if len(annotations) > limits.ANNOTATIONS_PER_ALERT:
        raise InvalidAlert(f"more than {limits.ANNOTATIONS_PER_ALERT} annotations", path)
    shortened = {}
    for name, value in annotations.items():
        if type(value) is not str:
            raise expected("a string", value, f"{path}.{_shown(name)}")
        if not 0 < len(name) <= limits.LABEL_NAME_CHARACTERS:
            raise InvalidAlert(_NAME_LENGTH, f"{path}.{_shown(name)}")
        if len(value) > limits.ANNOTATION_VALUE_CHARACTERS:
            shortened[name] = cut(value)
    return {**annotations, **shortened} if shortened else annotations


def cut(text: str) -> str:
    """Return the text of an annotation, cut if it is above the limit."""
    if len(text) <= limits.ANNOTATION_VALUE_CHARACTERS:
        return text
    return text[: limits.ANNOTATION_VALUE_CHARACTERS - 1] + "…"


def texts(values: Any, path: str) -> dict[str, str]:
    """Return an object of single values as texts: numbers and booleans as JSON writes them.

    Null counts as left out. Raises InvalidAlert for lists and objects.
    """
    if type(values) is not dict:
        raise expected("an object", values, path)
    found = {}
    for name, value in values.items():
        if value is not None:
            found[name] = scalar_text(value, f"{path}.{_shown(name)}")
    return found


def listed(tags: list[Any], path: str) -> dict[str, str]:
    """Read tags such as "env:prod" or "env=prod"; a bare word is a label that says "true"."""
    labels = {}
    for index, tag in enumerate(tags):
        if type(tag) is not str:
            raise expected("a string", tag, f"{path}[{index}]")
        cut = min((at for at in (tag.find(":"), tag.find("=")) if at > 0), default=len(tag))
        labels[tag[:cut].strip()] = tag[cut + 1 :].strip() or "true"
    return labels


def scalar_text(value: Any, path: str) -> str:
    """Return a text, number or boolean as text. Raises InvalidAlert."""
    if type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is float:
        # 3.0 and 3 are one number in JSON, so they must not be two identities.
        return str(int(value)) if value.is_integer() else repr(value)
    if type(value) is int:
        return str(value)
    raise expected("a string, a number or a boolean", value, path)


_NAME_LENGTH = f"a name needs 1 to {limits.LABEL_NAME_CHARACTERS} characters"
_VALUE_LENGTH = f"a label value may have {limits.LABEL_VALUE_CHARACTERS} characters"


def _shown(name: str) -> str:
    return name if name.isidentifier() and len(name) <= limits.QUOTED_CHARACTERS else quoted(name)
