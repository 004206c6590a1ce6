"""How far a run over stored alerts has come, kept in the enrichment table so that it can go on."""

from hashlib import sha256
from typing import Any

import msgspec

from cli.enrichment.stored import Place
from cli.migration.patience import Pause, patiently
from tocsin.adapters.aws import translated
from tocsin.adapters.dynamodb.attributes import Item, attribute, expiry
from tocsin.adapters.dynamodb.formats import upgraded, versioned
from tocsin.domain.errors import ConfigurationError
from tocsin.ports import Clock

# No tenant has such a name.
PARTITION = "#runs"
KEPT_S = 7 * 86400.0


class Options(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a command was asked for. One with other options is another run."""

    tenant: str | None
    stages: tuple[str, ...]
    since: float | None
    provider: str | None
    command: str = "run"
    asks_model: bool = False


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The last alert that was sent, of which tenant, how many were, and when the run began.

    Of what is kept apart, all alerts are done up to the place `kept_to`.
    """

    tenant: str
    place: Place
    cases: int
    began_at_s: float
    kept_to: str = ""


class Checkpoints:
    """One item a run that was not finished, for a week."""

    def __init__(self, client: Any, table: str, clock: Clock, pause: Pause) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._pause = pause

    def load(self, options: Options) -> Checkpoint | None:
        """Return where to go on; None if no such run was interrupted lately.

        Raises ConfigurationError if it cannot be read.
        """
        answer = self._call("get_item", Key=_key(options), ConsistentRead=True)
        stored: Item | None = answer.get("Item")
        if stored is None or float(stored["expires_at_s"]["N"]) <= self._clock():
            return None
        text = upgraded("enrichment", stored)["doc"]["S"]
        try:
            return msgspec.json.decode(text, type=Checkpoint)
        except msgspec.MsgspecError as error:
            raise ConfigurationError(
                "the checkpoint of this run cannot be read: begin again without --resume"
            ) from error

    def save(self, options: Options, checkpoint: Checkpoint) -> None:
        """Write down that everything up to an alert is sent."""
        values = {
            "pk": PARTITION,
            "sk": _name(options),
            "doc": msgspec.json.encode(checkpoint).decode(),
            "expires_at_s": expiry(self._clock() + KEPT_S),
        }
        self._call("put_item", Item=versioned("enrichment", values))

    def delete(self, options: Options) -> None:
        """Forget how far a run came; that there is nothing to forget is no error."""
        self._call("delete_item", Key=_key(options))

    def _call(self, operation: str, **parameters: Any) -> Any:
        def call() -> Any:
            with translated("dynamodb"):
                return getattr(self._client, operation)(TableName=self._table, **parameters)

        return patiently(call, self._pause)


def _name(options: Options) -> str:
    return sha256(msgspec.json.encode(options)).hexdigest()[:32]


def _key(options: Options) -> Item:
    return {"pk": attribute(PARTITION), "sk": attribute(_name(options))}
