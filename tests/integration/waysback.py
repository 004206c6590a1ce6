"""Lets moto begin a transaction without copying whole tables, once for each item that it writes.

moto keeps deep copies of the tables to go back to. Whoever puts or deletes an item leaves the
former one as it was, so that it is enough to keep which items there were; an update would change
an item in place, and changes a copy of it here.
"""

import copy
from collections import defaultdict
from functools import wraps
from types import SimpleNamespace
from typing import Any

from moto.dynamodb import models
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

_update = models.DynamoDBBackend.update_item


def keep_ways_back_short() -> None:
    """Let it be so from now on, in every test of this process."""
    models.copy = SimpleNamespace(deepcopy=_kept)
    models.DynamoDBBackend.update_item = _update_a_copy


def _kept(value: Any, *memo: Any) -> Any:
    if type(value) is not Table:
        return copy.deepcopy(value, *memo)
    kept = copy.copy(value)
    kept.items = defaultdict(
        dict,
        {key: dict(of) if value.has_range_key else of for key, of in value.items.items()},
    )
    return kept


@wraps(_update)
def _update_a_copy(
    self: Any, table_name: str, key: dict[str, Any], *arguments: Any, **options: Any
) -> Any:
    table = self.get_table(table_name)
    names = [each for each in (table.hash_key_attr, table.range_key_attr) if each]
    if all(name in key for name in names):
        hash_key, *range_key = (DynamoType(key[name]) for name in names)
        items = table.items[hash_key] if range_key else table.items
        at = range_key[0] if range_key else hash_key
        if at in items:
            items[at] = copy.deepcopy(items[at])
    return _update(self, table_name, key, *arguments, **options)
