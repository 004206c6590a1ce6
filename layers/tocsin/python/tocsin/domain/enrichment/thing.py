"""Of which thing an alert is, as far as its labels say: whom it may be similar to.

Tools name the same thing by different labels. A host is a host whether it stands in `instance`,
with the port of an exporter, in `host` with its domain or in a dimension of CloudWatch.
"""

import re
from collections.abc import Sequence
from hashlib import blake2b

import msgspec

# Where an alert has several of one class, the first of these names it: `instance` can be that of
# the exporter which tells of all nodes.
_CLASSES = {
    "host": "host hostname node server instanceid dbinstanceidentifier instance",
    "service": (
        "service app application servicename functionname queuename tablename topicname"
        " loadbalancer cacheclusterid dbclusteridentifier"
    ),
    "cluster": "cluster kube_cluster kube_cluster_name clustername",
    "pod": "pod pod_name kube_pod",
    "namespace": "namespace kube_namespace",
}
_CLASS = {name: kind for kind, names in _CLASSES.items() for name in names.split()}
_RANK = {name: rank for names in _CLASSES.values() for rank, name in enumerate(names.split())}
# What names a thing best comes first: it alone decides what is stored together.
_BEST = ("host", "service", "namespace", "job", "cluster")
# These tell alerts apart and no things.
_NAMES_OF_NONE = """
alertname severity priority prometheus receiver monitor site dedup_key issue check grafana_folder
grafana_url grafana_org grafana_fingerprint
"""
_NO_THINGS = frozenset(_NAMES_OF_NONE.split())
_LABELS_LIMIT = 32
# No label's name that is in lower case, so that it takes no label's place.
_OTHERS = "OTHERS"
_VALUE_LIMIT_CHARS = 256
_PORT = re.compile(r":\d{1,5}$")
_GENERATED = re.compile(r"-(?:[a-z0-9]{6,10}-|\d{8}-)?(?!\d{5}$)[bcdfghjklmnpqrstvwxz2456789]{5}$")


class Thing(msgspec.Struct, frozen=True):
    """`block` names the alerts that may be similar at all; `labels` are those to compare."""

    block: str
    labels: dict[str, str]


def thing_of(labels: dict[str, str], within: Sequence[str]) -> Thing | None:
    """Return the thing that an alert is of, or None where no label names any.

    Where none of the labels `within` is there, all that it has are taken together.
    """
    named = _named(labels)
    wanted = {_CLASS.get(name.lower(), name.lower()) for name in within}
    best = [kind for kind in (*_BEST, *sorted(wanted)) if kind in wanted and kind in named][:1]
    parts = [(kind, _short(kind, named[kind])) for kind in best or sorted(named)]
    if not parts:
        return None
    digest = blake2b(msgspec.json.encode(parts), digest_size=12).hexdigest()
    return Thing(digest, named)


def _named(labels: dict[str, str]) -> dict[str, str]:
    """Return the labels that name things, by class; of one class, the others by their names."""
    named: dict[str, str] = {}
    for name, value in sorted(labels.items(), key=_place):
        plain = _storable(name[:_VALUE_LIMIT_CHARS].lower())
        if not value or plain in _NO_THINGS or (plain.endswith("_id") and value.isdigit()):
            continue
        kind = _CLASS.get(plain, plain)
        text = _value(kind, _storable(value[:_VALUE_LIMIT_CHARS].lower()))
        named.setdefault(plain if kind in named else kind, text)
    return named if len(named) <= _LABELS_LIMIT else _bounded(named)


def _place(label: tuple[str, str]) -> tuple[bool, int, str]:
    """Order the labels of classes before all others, and so that no sender's order counts."""
    name = label[0].lower()
    return name not in _CLASS, _RANK.get(name, 0), name


def _bounded(named: dict[str, str]) -> dict[str, str]:
    """Return the first labels, and one for all others, by which alerts differ that differ there."""
    pairs = list(named.items())
    kept, others = pairs[: _LABELS_LIMIT - 1], pairs[_LABELS_LIMIT - 1 :]
    return {**dict(kept), _OTHERS: blake2b(msgspec.json.encode(others), digest_size=12).hexdigest()}


def is_same(one: dict[str, str], other: dict[str, str]) -> bool:
    """Return whether no label that both have says that they are of different things."""
    return all(_agree(name, value, other[name]) for name, value in one.items() if name in other)


def _agree(name: str, one: str, other: str) -> bool:
    if one == other:
        return True
    if name != "host" or ("." in one) == ("." in other) or _is_ip(one) or _is_ip(other):
        return False
    return _short(name, one) == _short(name, other)


def _short(kind: str, value: str) -> str:
    """Return a host's name without its domain."""
    return value.partition(".")[0] if kind == "host" and not _is_ip(value) else value


def _value(kind: str, value: str) -> str:
    if kind == "host":
        return _PORT.sub("", value.rpartition("/")[2])
    return _GENERATED.sub("", value)


def _storable(text: str) -> str:
    """Return a text without halves of surrogate pairs."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _is_ip(value: str) -> bool:
    return value.replace(".", "").isdigit() or ":" in value
