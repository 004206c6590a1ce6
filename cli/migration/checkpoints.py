"""How far a migration has come, kept in the control table so that it can go on."""

from typing import Any

import msgspec

from cli.migration.patience import Pause, patiently
from cli.migration.tally import Tally
from tocsin.adapters.aws import translated
from tocsin.adapters.dynamodb.attributes import Item, attribute
from tocsin.adapters.dynamodb.formats import Kind, current, upgraded, versioned
from tocsin.domain.errors import ConfigurationError

# The partition of the control table that a migration does not look at.
PARTITION = "migration"


class Checkpoint(msgspec.Struct, frozen=True):
    """The last page of a table that is done; `after` is None once there are no more."""

    tally: Tally
    after: Item | None = None


class Checkpoints:
    """One item a table."""

    def __init__(self, client: Any, table: str, pause: Pause) -> None:
        self._client = client
        self._table = table
        self._pause = pause

    def load(self, kind: Kind) -> Checkpoint | None:
        """Return where to go on; None to begin.

        A checkpoint of a migration to another format counts for nothing: what it passed by has
        that format at most. Raises ConfigurationError if it cannot be read.
        """
        answer = self._call("get_item", Key=_key(kind), ConsistentRead=True)
        if "Item" not in answer:
            return None
        text = upgraded("control", answer["Item"])["doc"]["S"]
        try:
            found = msgspec.json.decode(text, type=Checkpoint)
        except msgspec.MsgspecError as error:
            raise ConfigurationError(
                f"the checkpoint of {kind} cannot be read: begin again with --restart"
            ) from error
        return found if found.tally.current == current(kind) else None

    def save(self, kind: Kind, checkpoint: Checkpoint) -> None:
        """Write down that a page is done."""
        doc = msgspec.json.encode(checkpoint).decode()
        self._call("put_item", Item=versioned("control", {"pk": PARTITION, "sk": kind, "doc": doc}))

    def delete(self, kind: Kind) -> None:
        """Forget how far a table has come; that there is nothing to forget is no error."""
        self._call("delete_item", Key=_key(kind))

    def _call(self, operation: str, **parameters: Any) -> Any:
        def call() -> Any:
            with translated("dynamodb"):
                return getattr(self._client, operation)(TableName=self._table, **parameters)

        return patiently(call, self._pause)


def _key(kind: Kind) -> Item:
    return {"pk": attribute(PARTITION), "sk": attribute(kind)}
