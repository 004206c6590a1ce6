"""Counts what a run of the real handlers costs: AWS calls, write units, objects, log lines."""

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.session import Session
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType

# On-demand list prices in us-east-1, in dollars per million.
WRITE_UNIT = 0.625
READ_UNIT = 0.125
S3_PUT = 5.0
SQS_REQUEST = 0.40
LAMBDA_REQUEST = 0.20
SQS_UNIT_BYTES = 64 * 1024


class Meter:
    """Figures of one run. Only calls made while `counting` count."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin again at nothing."""
        self.calls: Counter[str] = Counter()
        self.write_units: Counter[str] = Counter()
        self.read_units = 0.0
        self.sqs_units = 0
        self.log_lines = 0
        self.invocations = 0
        self.is_wanted = False
        self.is_counting = False
        self._updates: list[tuple[str, dict[str, Any], int, int]] = []

    def watch(self, session: Session) -> None:
        """Count the calls of every client that `session` makes from now on."""
        session.register("provide-client-params.*.*", self._seen)
        session.register("after-call.*.*", self._done)

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count what handlers do in this block; the harness's own calls are never counted."""
        self.is_wanted = True
        try:
            yield
        finally:
            self.is_wanted = False

    @contextmanager
    def invocation(self) -> Iterator[None]:
        """Mark the time in which a handler runs."""
        self.is_counting = self.is_wanted
        self.invocations += self.is_wanted
        try:
            yield
        finally:
            self.is_counting = False

    @property
    def total(self) -> int:
        return sum(self.calls.values())

    def dollars_per_million(self, alerts: int) -> float:
        """Return the computed bill for a million alerts like these, without compute and HTTP."""
        dollars = (
            sum(self.write_units.values()) * WRITE_UNIT
            + self.read_units * READ_UNIT
            + self.calls["s3 PutObject"] * S3_PUT
            # A message is sent, received and deleted; Lambda receives and deletes ten at once.
            + self.sqs_units * SQS_REQUEST * 1.2
            + self.invocations * LAMBDA_REQUEST
        )
        return dollars / alerts

    def _seen(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if not self.is_counting:
            return
        service = model.service_model.service_name
        self.calls[f"{service} {model.name}"] += 1
        if service == "dynamodb":
            self._dynamodb(model.name, params)
        elif service == "sqs":
            bodies = [params.get("MessageBody", "")]
            bodies += [entry["MessageBody"] for entry in params.get("Entries", [])]
            self.sqs_units += sum(units(len(body.encode()), SQS_UNIT_BYTES) for body in bodies)

    def _dynamodb(self, operation: str, params: dict[str, Any]) -> None:
        if operation == "BatchGetItem":
            keys = sum(len(table["Keys"]) for table in params["RequestItems"].values())
            self.read_units += keys
        elif operation in ("GetItem", "Query"):
            self.read_units += 1
        elif operation == "BatchWriteItem":
            for table, writes in params["RequestItems"].items():
                for write in writes:
                    self._write({"TableName": table, **write["PutRequest"]}, factor=1)
        elif operation == "TransactWriteItems":
            for action in params["TransactItems"]:
                self._write(next(iter(action.values())), factor=2)
        else:
            self._write(params, factor=1)

    def _write(self, params: dict[str, Any], factor: int) -> None:
        if "Item" in params:
            self._bill(params["TableName"], item_bytes(params["Item"]), factor)
        else:
            # An update is billed by the whole item, before or after, whichever is larger.
            before = stored_bytes(params["TableName"], params["Key"])
            self._updates.append((params["TableName"], params["Key"], before, factor))

    def _done(self, **_: Any) -> None:
        for table, key, before, factor in self._updates:
            self._bill(table, max(before, stored_bytes(table, key)), factor)
        self._updates.clear()

    def _bill(self, table: str, size_bytes: int, factor: int) -> None:
        self.write_units[table] += factor * units(size_bytes, 1024)


def stored_bytes(table: str, key: dict[str, Any]) -> int:
    """Return the size of a stored item, read behind the API's back; 0 if there is none."""
    backend = dynamodb_backends["123456789012"]["us-east-1"]
    sort_key = DynamoType(key["sk"]) if "sk" in key else None
    found = backend.tables[table].get_item(DynamoType(key["pk"]), sort_key)
    return item_bytes(found.to_json()["Attributes"]) if found else 0


def units(size_bytes: int, unit_bytes: int) -> int:
    """Return how many units a size is billed as."""
    return max(1, math.ceil(size_bytes / unit_bytes))


def item_bytes(item: dict[str, Any]) -> int:
    """Return the size of an item as DynamoDB counts it, near enough."""
    return sum(len(name) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: dict[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "B":
        return len(content)
    if kind == "N":
        return len(content) // 2 + 2
    if kind == "M":
        return item_bytes(content) + 3
    if kind == "L":
        return sum(map(_value_bytes, content)) + 3
    return len(str(content).encode())
