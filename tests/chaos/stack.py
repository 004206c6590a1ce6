"""The stack under test: the real handlers on moto, made once a process and wiped between runs."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from functools import cache
from types import ModuleType
from typing import Any

import pytest
from botocore.retries import quota
from moto import mock_aws
from moto.core.model_instances import reset_model_data
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends

from tests.chaos.hooks import Hooks
from tests.chaos.invocation import Clock
from tests.integration.resources import Resources, make_resources
from tests.integration.world import forget
from tests.strict import Strict, install
from tocsin.adapters import aws, sqs
from tocsin.adapters.dynamodb import batches, groupitems, groups, transactions
from tocsin.runtime import (
    api,
    clock,
    enrich,
    evaluate,
    ingest,
    investigate,
    letters,
    notify,
    observability,
    rules,
    tick,
    together,
)

ACCOUNT = "123456789012"
REGION = "us-east-1"

HANDLERS: dict[str, Callable[..., Any]] = {
    "ingest": ingest.handler,
    "enrich": enrich.handler,
    "evaluate": evaluate.handler,
    "notify": notify.handler,
    "rules": rules.handler,
    "investigate": investigate.handler,
    "tick": tick.handler,
    "letters": letters.handler,
    "api": api.handler,
}
_WIRED: tuple[tuple[ModuleType, str], ...] = (
    (ingest, "_parts"),
    (enrich, "_enrich"),
    (evaluate, "_evaluate"),
    (notify, "_notify"),
    (rules, "_ruling"),
    (investigate, "_investigate"),
    (investigate, "_models"),
    (investigate, "_pages"),
    (tick, "_parts"),
    (letters, "_keeper"),
    (api, "_parts"),
)
# Two shards of an index stand for all: each is read by the same call, and a fault at the fourth
# shows nothing that one at the second does not.
_SHARDS = ("0", "1")
_PAUSES: tuple[Any, ...] = (
    sqs.SqsOutbox.__init__,
    batches.get_all,
    batches.put_all,
    transactions.write,
)


class Stack:
    """Tables, a bucket and a secret in moto, and the handlers wired to them."""

    def __init__(self, resources: Resources, hooks: Hooks, strict: Strict) -> None:
        self.resources = resources
        self.strict = strict
        self.hooks = hooks
        self.clock = Clock(0.0)
        self.output = io.StringIO()

    def wipe(self) -> None:
        """Empty every table and the bucket; say nothing more of what was."""
        for table in self.tables.values():
            table.items.clear()
        bucket = s3_backends[ACCOUNT]["aws"].buckets["archive"]
        bucket.keys = type(bucket.keys)()
        # moto keeps every object of every run for a dashboard.
        reset_model_data()
        self.strict.forget()
        self.output.seek(0)
        self.output.truncate()
        api._health.cache_clear()

    @property
    def tables(self) -> dict[str, Any]:
        """The tables as moto holds them."""
        tables: dict[str, Any] = dynamodb_backends[ACCOUNT][REGION].tables
        return tables

    def objects(self) -> dict[str, bytes]:
        """Return what the bucket holds, behind the API's back."""
        bucket = s3_backends[ACCOUNT]["aws"].buckets["archive"]
        return {name: key.value for name, key in bucket.keys.items()}

    def items(self, table: str) -> Iterator[dict[str, Any]]:
        """Yield the items of a table in DynamoDB's JSON, behind the API's back."""
        for item in self.tables[table].all_items():
            attributes: dict[str, Any] = item.to_json()["Attributes"]
            yield attributes

    def expire(self, is_chosen: Callable[[], bool]) -> None:
        """Delete some of the items that have expired, as TTL does one day."""
        now_s = self.clock.true_s
        for table in self.tables.values():
            for item in list(table.all_items()):
                attributes = item.to_json()["Attributes"]
                at = attributes.get("expires_at_s")
                if at is not None and float(at["N"]) < now_s and is_chosen():
                    table.delete_item(item.hash_key, item.range_key)


@cache
def _hooks() -> Hooks:
    """Return the one set of hooks: botocore's session lives as long as the process."""
    return Hooks(aws._session())


@contextmanager
def deployed() -> Iterator[Stack]:
    """Deploy the stack for as long as the block lasts."""
    strict = install(aws._session())
    with pytest.MonkeyPatch.context() as patch, mock_aws(), strict.watching():
        forget()
        hooks = _hooks()
        resources = make_resources(aws.client)
        for name, value in resources.environ.items():
            patch.setenv(name, value)
        # A single worker is the caller itself, and no thread.
        patch.setenv("ENGINE_MAX_WORKERS", "1")
        stack = Stack(resources, hooks, strict)
        _detach(patch, stack)
        with hooks.outside(), redirect_stdout(stack.output):
            yield stack
    forget()


def _detach(patch: pytest.MonkeyPatch, stack: Stack) -> None:
    """Take what the processes of one machine share away from the handlers.

    Each environment is wired by itself, time is virtual, nobody sleeps, and no quota of
    retries is carried from run to run.
    """
    for module, name in _WIRED:
        patch.setattr(module, name, _per_environment(stack.clock, getattr(module, name)))
    patch.setattr(clock, "time", stack.clock.now_s)
    for module in (enrich, investigate, together):
        patch.setattr(module, "monotonic", stack.clock.now_s)
    # A client has no state that a run could notice, and takes long to make.
    for module in (ingest, api, notify, enrich):
        patch.setattr(module, "hasty_client", cache(aws.hasty_client))
    for module in (groupitems, groups):
        patch.setattr(module, "SHARDS", _SHARDS)
    for function in _PAUSES:
        patch.setattr(function, "__defaults__", tuple(map(_awake, function.__defaults__ or ())))
    patch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    patch.setattr(quota.RetryQuota, "acquire", lambda *_: True)
    logger = observability.logger()
    patch.setattr(logger.registered_handler, "stream", stack.output)
    patch.setattr(logger._logger, "propagate", False)


def _awake(default: Any) -> Any:
    from time import sleep

    return (lambda _: None) if default is sleep else default


def _per_environment(clock: Clock, wire: Any) -> Any:
    """Return a wiring that each environment does for itself, as processes do."""

    def wired() -> Any:
        assert clock.current is not None
        made = clock.current.environment.wired
        name = f"{wire.__module__}.{wire.__name__}"
        if name not in made:
            made[name] = wire.__wrapped__()
        return made[name]

    wired.cache_clear = lambda: None  # type: ignore[attr-defined]
    return wired
