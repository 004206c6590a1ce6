"""What of a payload has no field of its own in the canonical alert, kept as annotations."""

from collections.abc import Iterable
from typing import Any

from tocsin.providers import limits
from tocsin.providers.label_set import check_annotations, scalar_text

_SCALARS = (str, int, float, bool)


def annotations(said: dict[str, Any], *objects: Any, without: Iterable[str] = ()) -> dict[str, str]:
    """Return `said`, then the single values of `objects` under names that are still free.

    Lists, objects, null, empty texts, names of `without` and names above the limit are left
    out, and so is what would be one annotation too many: the archive keeps the whole body.
    """
    left_out = frozenset(without)
    found: dict[str, str] = {}
    for fields in (said, *objects):
        for name, value in _singles(fields):
            if len(found) == limits.ANNOTATIONS_PER_ALERT:
                break
            if name not in left_out or fields is said:
                found.setdefault(name, value)
    return check_annotations(found)


def _singles(fields: Any) -> Iterable[tuple[str, str]]:
    if type(fields) is not dict:
        return
    for name, value in fields.items():
        if type(value) in _SCALARS and value != "" and 0 < len(name) <= _NAME_CHARACTERS:
            yield name, scalar_text(value, name)


_NAME_CHARACTERS = limits.LABEL_NAME_CHARACTERS
