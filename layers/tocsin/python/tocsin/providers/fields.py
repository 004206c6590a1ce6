"""Fields of foreign objects that must be there, and such that need not be."""

from typing import Any

from tocsin.domain.errors import InvalidAlert
from tocsin.providers.label_set import check_labels, scalar_text
from tocsin.providers.reading import expected

# Fields of free-form rows and events that say which thing is meant. Those of generic JSON
# without `source`: log servers call a file or themselves that.
THING_FIELDS = (
    "host", "hostname", "instance", "device", "node", "pod", "container", "cluster", "namespace",
    "region", "zone", "account", "environment", "env", "service", "application", "app",
    "component", "resource", "job", "check", "team",
)  # fmt: skip


def mapping(value: Any) -> dict[str, Any]:
    """Return an object that need not be there, and an empty one for everything that is none."""
    return value if type(value) is dict else {}


def wanted_object(value: Any, path: str) -> dict[str, Any]:
    """Return an object. Raises InvalidAlert for everything else."""
    if type(value) is not dict:
        raise expected("an object", value, path)
    return value


def wanted_text(value: Any, path: str) -> str:
    """Return a text that is not empty. Raises InvalidAlert for everything else."""
    if type(value) is not str:
        raise expected("a string", value, path)
    if not value.strip():
        raise InvalidAlert("expected a string that is not empty", path)
    return value


def optional_text(value: Any, path: str) -> str:
    """Return a text, number or boolean as text, and "" for null.

    Raises InvalidAlert for lists and objects: what may be identity must not be passed over.
    """
    return "" if value is None else scalar_text(value, path)


def wanted_id(value: Any, path: str) -> str:
    """Return a text or a number that names something, as text. Raises InvalidAlert."""
    return wanted_text(optional_text(value, path) if type(value) is not bool else value, path)


def unnamed(labels: dict[str, str], path: str = "labels") -> dict[str, str]:
    """Return the checked labels of an alert whose name may change while it lasts.

    An empty `alertname` keeps the promise that it is there, and is no part of the identity.
    Raises InvalidAlert.
    """
    return {**check_labels(labels, path), "alertname": ""}
