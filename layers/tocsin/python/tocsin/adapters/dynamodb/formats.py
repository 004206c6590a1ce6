"""The formats of stored items: the step from each to the next, and how readers take them.

Every item says in `v` which format it has; one without `v` has format 0. The current format of
a table is the number of its steps. To change a format, append a pure function to the table's
steps: it gets a copy of an item of the format before, as DynamoDB types it, and returns the
item in the new one. Writers then write the new one, readers take both, and `tocsin migrate`
rewrites what is stored. A step never changes a key, and leaves alone what it does not know:
the control table holds items of several shapes. A step that was released is never changed or
removed.

A new table joins with its name in Kind, its steps in STEPS, `versioned` where it writes,
`upgraded` where it reads, and the name of its resource in cli/migration/tables.py.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from tocsin.adapters.dynamodb.attributes import Item, Value, attribute, item
from tocsin.domain.compression import compress
from tocsin.domain.errors import Retryable

Kind = Literal["fingerprints", "groups", "journal", "rules", "metrics", "enrichment", "control"]
Step = Callable[[Item], Item]

# How the sort key of each version of a tenant's configuration begins, in the control table.
CONFIGURATION = "config#"


class NewerFormat(Retryable):
    """An item that a newer release stored: whatever needs it must come back, never be dropped."""


def _begin(stored: Item) -> Item:
    """From 0 to 1: only the number is new."""
    return stored


def _pack_configurations(stored: Item) -> Item:
    """From 1 to 2: the text of a configuration is compressed, since many rules are long."""
    is_configuration = stored.get("sk", {}).get("S", "").startswith(CONFIGURATION)
    if is_configuration and "S" in stored.get("doc", {}):
        return {**stored, "doc": attribute(compress(stored["doc"]["S"].encode()))}
    return stored


STEPS: dict[Kind, Sequence[Step]] = {
    "fingerprints": (_begin,),
    "groups": (_begin,),
    "journal": (_begin,),
    "rules": (_begin,),
    "control": (_begin, _pack_configurations),
    "metrics": (_begin,),
    "enrichment": (_begin,),
}


def current(kind: Kind) -> int:
    """Return the format that this release writes."""
    return len(STEPS[kind])


def version_of(stored: Item) -> int:
    """Return the format of an item."""
    return int(stored["v"]["N"]) if "v" in stored else 0


def versioned(kind: Kind, values: Mapping[str, Value | None]) -> Item:
    """Write an item in the current format, without the attributes that are None."""
    return item({**values, "v": current(kind)})


def upgraded(kind: Kind, stored: Item) -> Item:
    """Return an item in the current format: itself, if it has it, or a copy.

    Raises NewerFormat if this release does not know its format.
    """
    version, steps = version_of(stored), STEPS[kind]
    if version == len(steps):
        return stored
    if version > len(steps):
        raise NewerFormat(
            f"an item of {kind} has format {version}, stored by a newer release, and this one "
            f"knows {len(steps)}: use the newer release"
        )
    changed = dict(stored)
    for step in steps[version:]:
        changed = step(changed)
    return {**changed, "v": attribute(len(steps))}
