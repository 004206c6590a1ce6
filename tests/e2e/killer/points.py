"""The points at which a function process is killed, each with a name."""

from itertools import chain, zip_longest
from typing import Literal

import msgspec

from tests.e2e.killer.histories import LARGE, MIXED, PLAIN, REFUSED, TIMED_OUT, History

# When the point is armed: before anything is sent, once the receiver has refused, once it was
# told of both firings, or before the resolve is sent.
Arming = Literal["first", "refused", "told", "resolved"]


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One call of one function, and whether the process dies before or after its effect.

    `marks` must all stand in the request, or after the effect in the answer. `surplus` is how
    many alerts were accepted in the request that died; the sender sends them again. With
    `may_repeat` the receiver may hear a notification twice, under one key.
    """

    name: str
    function: str
    call: str
    moment: str
    history: History = PLAIN
    marks: tuple[str, ...] = ()
    of_tenant: bool = True
    arming: Arming = "first"
    cold: bool = False
    surplus: int = 0
    may_repeat: bool = False

    @property
    def tenant(self) -> str:
        """The tenant that only this point has, so that cases may overlap."""
        return f"k9-{self.name}"

    @property
    def all_marks(self) -> list[str]:
        return [*self.marks, *([self.tenant] if self.of_tenant else [])]


def _before(step, call, **options):
    name = f"{step}-before"
    return Point(name=name, function=step.partition("-")[0], call=call, moment="before", **options)


def _after(step, call, **options):
    name = f"{step}-after"
    return Point(name=name, function=step.partition("-")[0], call=call, moment="after", **options)


def _both(step, call, **options):
    return [_before(step, call, **options), _after(step, call, **options)]


GET, PUT, UPDATE = "dynamodb.GetItem", "dynamodb.PutItem", "dynamodb.UpdateItem"
BATCH_GET, BATCH_WRITE = "dynamodb.BatchGetItem", "dynamodb.BatchWriteItem"
TRANSACT, QUERY = "dynamodb.TransactWriteItems", "dynamodb.Query"
SECRET, SEND, BLOB = "secrets-manager.GetSecretValue", "sqs.SendMessage", "s3.PutObject"
LEASE, INTENT = {"marks": ('":set_lease_until_s"',)}, {"marks": ('":set_intent"',)}
HTTP = "http"

INGEST = [
    *_both("ingest-key", GET, of_tenant=False),
    *_both("ingest-secret", SECRET, of_tenant=False, cold=True),
    *_both("ingest-claim", BLOB, history=LARGE),
    _before("ingest-send", SEND),
    _after("ingest-send", SEND, surplus=2),
    # Between the urgent alert, which is queued, and the other one, which is not.
    _before("ingest-second-send", SEND, history=MIXED, marks=("-EnrichQueue-",), surplus=1),
]
ENRICH = [
    *_both("enrich-config", GET),
    *_both("enrich-archive", BLOB),
    *_both("enrich-marks-read", BATCH_GET),
    *_both("enrich-forward", SEND),
    *_both("enrich-journal", PUT),
    *_both("enrich-marks-write", BATCH_WRITE),
    _before("enrich-resolved-marks-write", BATCH_WRITE, arming="resolved"),
]
EVALUATE = [
    *_both("evaluate-config", GET),
    *_both("evaluate-groups-read", BATCH_GET),
    *_both("evaluate-spill", BLOB, history=LARGE),
    *_both("evaluate-commit", TRANSACT),
    *_both("evaluate-poke", SEND),
    *_both("evaluate-timeout-commit", TRANSACT, history=TIMED_OUT, arming="told"),
    _after("evaluate-resolved-commit", TRANSACT, arming="resolved"),
]
NOTIFY = [
    *_both("notify-lease", UPDATE, **LEASE),
    *_both("notify-config", GET),
    *_both("notify-intent", UPDATE, **INTENT),
    _before("notify-http", HTTP),
    _after("notify-http", HTTP, may_repeat=True),
    _before("notify-settle", TRANSACT, may_repeat=True),
    _after("notify-settle", TRANSACT),
    _after("notify-resolved-intent", UPDATE, **INTENT, arming="resolved"),
    _after("notify-resolved-http", HTTP, may_repeat=True, arming="resolved"),
]
TICK = [
    # A query names no tenant, so this one is armed when a retry is owed.
    _before("tick-query", QUERY, history=REFUSED, of_tenant=False, arming="refused"),
    _after("tick-query", QUERY, history=REFUSED),
    *_both("tick-retry-send", SEND, history=REFUSED),
    *_both("tick-timeout-send", SEND, history=TIMED_OUT),
]

# Function by function in turn: a function has time to come back before it is killed again.
POINTS = [
    point
    for point in chain.from_iterable(zip_longest(NOTIFY, ENRICH, TICK, EVALUATE, INGEST))
    if point is not None
]
