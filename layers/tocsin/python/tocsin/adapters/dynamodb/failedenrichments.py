"""Alerts whose enrichment failed: an item each, all of a tenant in one partition."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from tocsin.adapters.dynamodb.attributes import Item, attribute, expiry
from tocsin.adapters.dynamodb.batches import delete_all, put_all
from tocsin.adapters.dynamodb.formats import upgraded, versioned
from tocsin.adapters.dynamodb.queries import query_all
from tocsin.domain.compression import compress, decompress
from tocsin.ports.enrichment import FAILED_KEPT_S, FailedEnrichment

# What is longer, compressed, fits no item with all beside it; it goes without its texts.
_LIMIT_BYTES = 350_000
_UNPACKED_LIMIT_BYTES = 64 * 1024 * 1024

_decoder = msgspec.json.Decoder(FailedEnrichment)


class DynamoFailedEnrichments:
    """Items go when they are no longer kept; until TTL deletes them, readers leave them out."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def keep(self, tenant: str, failed: Sequence[FailedEnrichment]) -> None:
        """Store each, in place of what is known of the same event."""
        last = {each.change.source: each for each in failed}
        put_all(self._client, self._table, [_item(tenant, each) for each in last.values()])

    def forget(self, tenant: str, sources: Iterable[str]) -> None:
        """Delete what is kept of these events, if anything is."""
        keys = [_key(tenant, source) for source in dict.fromkeys(sources)]
        delete_all(self._client, self._table, keys)

    def all(self, tenant: str, now_s: float) -> Iterator[FailedEnrichment]:
        """Yield what is kept and has not expired, by source, page by page.

        Raises NewerFormat.
        """
        bound = {"pk": _partition(tenant)}
        for stored in query_all(self._client, self._table, "#pk = :pk", bound):
            failed = _failed(stored)
            if failed.at_s + FAILED_KEPT_S > now_s:
                yield failed


def _partition(tenant: str) -> str:
    return f"{tenant}#failed"


def _key(tenant: str, source: str) -> Item:
    return {"pk": attribute(_partition(tenant)), "sk": attribute(source)}


def _item(tenant: str, failed: FailedEnrichment) -> Item:
    doc = compress(msgspec.json.encode(failed))
    if len(doc) > _LIMIT_BYTES:
        bare = msgspec.structs.replace(failed.change.alert, annotations={})
        change = msgspec.structs.replace(failed.change, alert=bare)
        doc = compress(msgspec.json.encode(msgspec.structs.replace(failed, change=change)))
    values = {
        "pk": _partition(tenant),
        "sk": failed.change.source,
        "doc": doc,
        "expires_at_s": expiry(failed.at_s + FAILED_KEPT_S),
    }
    return versioned("enrichment", values)


def _failed(stored: Item) -> FailedEnrichment:
    doc = bytes(upgraded("enrichment", stored)["doc"]["B"])
    return _decoder.decode(decompress(doc, _UNPACKED_LIMIT_BYTES))
