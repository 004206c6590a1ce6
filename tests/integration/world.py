"""The real handlers on moto: everything but Lambda's own polling is the product's code."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

from tests.integration.meter import Meter
from tests.integration.mocked import meter, mocked
from tests.integration.resources import QUEUES, Resources, make_resources
from tests.strict import Strict, install
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.configs import DynamoConfigs
from tocsin.adapters.dynamodb.keys import DynamoKeys
from tocsin.domain import apikey
from tocsin.domain.config import TenantConfig
from tocsin.ports import ApiKey
from tocsin.runtime import api, enrich, evaluate, ingest, investigate, letters, notify, rules, tick

HANDLERS = {
    "enrich": enrich.handler,
    "evaluate": evaluate.handler,
    "notify": notify.handler,
    "rules": rules.handler,
    "investigate": investigate.handler,
}
_WIRED = (
    ingest._parts,
    enrich._enrich,
    evaluate._evaluate,
    notify._notify,
    rules._ruling,
    investigate._investigate,
    tick._parts,
    letters._keeper,
    api._parts,
)


# These take one message an invocation.
BATCH = {"rules": 1, "investigate": 1}


class Context:
    """What Lambda passes as context."""

    def __init__(self, request_id: str, remaining_ms: int = 30_000) -> None:
        self.aws_request_id = request_id
        self.remaining_ms = remaining_ms

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


class World:
    """A deployed stack in this process."""

    def __init__(self, resources: Resources, meter: Meter, strict: Strict) -> None:
        self.resources = resources
        self.meter = meter
        self.strict = strict
        self._requests = 0

    def add_tenant(self, config: TenantConfig) -> str:
        """Apply a configuration and return an API key of its tenant."""
        dynamodb, table = aws.client("dynamodb"), self.resources.environ["CONTROL_TABLE"]
        DynamoConfigs(dynamodb, table).apply(config, "", 0.0)
        text = apikey.generate("test", (config.tenant.encode() * 48)[:48])
        presented = apikey.parse(text)
        digest = apikey.digest(self.resources.pepper.encode(), presented.secret)
        DynamoKeys(dynamodb, table).put(
            ApiKey(
                id=presented.id,
                tenant=config.tenant,
                name="test",
                digest=digest,
                scopes=("ingest", "read", "silence"),
                created_at_s=0.0,
            )
        )
        return text

    def post(self, path: str, key: str, payload: Any, **headers: str) -> dict[str, Any]:
        """POST JSON to ingest, as API Gateway passes it on."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        given = {"x-api-key": key, "content-type": "application/json", **headers}
        return self._call(ingest.handler, self._event("POST", path, given, body))

    def get(self, path: str, key: str = "", **query: str) -> dict[str, Any]:
        """GET from the api function."""
        event = self._event("GET", path, {"x-api-key": key}, b"")
        return self._call(api.handler, {**event, "queryStringParameters": query or None})

    def ask(
        self, method: str, target: str, headers: dict[str, str], payload: Any = None
    ) -> dict[str, Any]:
        """Send any request to the api function; `target` is a path with its query."""
        path, _, query = target.partition("?")
        body = b"" if payload is None else json.dumps(payload).encode()
        event = self._event(method, path, headers, body)
        values = parse_qs(query, keep_blank_values=True)
        event["multiValueQueryStringParameters"] = values or None
        event["queryStringParameters"] = {name: each[-1] for name, each in values.items()} or None
        return self._call(api.handler, event)

    def pump(self, queue: str, most: int = 100) -> int:
        """Deliver up to `most` messages of a queue in one invocation; return how many came."""
        messages = self.resources.receive(queue, most)
        if messages:
            event = {"Records": [self._record(message, queue) for message in messages]}
            answer = self._call(HANDLERS[queue.removesuffix("-urgent")], event)
            failed = {item["itemIdentifier"] for item in answer["batchItemFailures"]}
            done = [each for each in messages if each["MessageId"] not in failed]
            self.resources.delete(queue, done)
            self.resources.release(queue, [each for each in messages if each not in done])
        return len(messages)

    def drain(self) -> None:
        """Deliver until every queue is empty; what keeps failing ends as a dead letter."""
        for _ in range(50):
            if not sum(self.pump(queue, BATCH.get(queue, 100)) for queue in QUEUES):
                return
        raise AssertionError("the queues do not run empty")

    def tick(self, every_s: float | None = None) -> None:
        """Run the clock once; `every_s` says how often, if not once a minute."""
        self._call(tick.handler, {} if every_s is None else {"every_s": every_s})

    def letters(self, remaining_ms: int = 60_000) -> dict[str, int]:
        """Let dead letters be archived; return the counts."""
        answer = self._call(letters.handler, {}, remaining_ms)
        counts: dict[str, int] = answer["counts"]
        return counts

    def balance(self, key: str) -> dict[str, Any]:
        """Return what the API says of a tenant's alerts."""
        answer = self.get("/v1/stats/overview", key)
        assert answer["statusCode"] == 200, answer
        result: dict[str, Any] = json.loads(answer["body"])
        return result

    def _call(
        self, handler: Any, event: dict[str, Any], remaining_ms: int = 30_000
    ) -> dict[str, Any]:
        self._requests += 1
        context = Context(f"invocation-{self._requests}", remaining_ms)
        with self.meter.invocation():
            result: dict[str, Any] = handler(event, context)
        return result

    def _event(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Any:
        resource, parameters = _match(path)
        return {
            "httpMethod": method,
            "resource": resource,
            "pathParameters": parameters,
            "queryStringParameters": None,
            "headers": headers,
            "requestContext": {"requestId": f"request-{self._requests}"},
            "body": b64encode(body).decode(),
            "isBase64Encoded": True,
        }

    def _record(self, message: dict[str, Any], queue: str) -> dict[str, Any]:
        return {
            "messageId": message["MessageId"],
            "body": message["Body"],
            "attributes": message.get("Attributes", {}),
            "eventSourceARN": f"arn:aws:sqs:us-east-1:123456789012:{queue}",
        }


def _match(path: str) -> tuple[str, dict[str, str] | None]:
    parts = path.strip("/").split("/")
    prefix, parameters = "", {}
    if parts[0] == "k":
        prefix, parameters = "/k/{key}", {"key": parts[1]}
        parts = parts[2:]
    if parts[:2] == ["api", "v2"] and parts[2:] != ["alerts"]:
        parameters["proxy"] = "/".join(parts[2:])
        parts[2:] = ["{proxy+}"]
    if parts[:2] == ["v1", "alerts"] and len(parts) in (3, 4):
        parameters["provider"] = parts[2]
        parts[2] = "{provider}"
        if len(parts) == 4:
            parameters["action"] = parts[3]
            parts[3] = "{action}"
    if parts[:2] == ["v1", "actions"]:
        parameters["token"] = "/".join(parts[2:])
        parts[2:] = ["{token}"]
    if parts[:2] == ["v1", "deliveries"] and len(parts) == 3:
        parameters["notification"] = parts[2]
        parts[2] = "{notification}"
    return f"{prefix}/{'/'.join(parts)}", parameters or None


@contextmanager
def world(monkeypatch: Any) -> Iterator[World]:
    """Deploy a stack for one test, in which AWS would refuse no request.

    A test that provokes a refusal asserts `strict.refusals` and clears it.
    """
    strict = install(aws._session())
    with mocked(), strict.watching():
        forget()
        resources = make_resources(aws.client)
        for name, value in resources.environ.items():
            monkeypatch.setenv(name, value)
        # moto sits out a long poll in real time.
        monkeypatch.setattr(letters, "_WAIT_S", 0)
        meter().reset()
        yield World(resources, meter(), strict)
    forget()
    assert not strict.refusals, strict.refusals


def forget() -> None:
    """Make the next handler call wire itself anew."""
    aws.client.cache_clear()
    for wired in _WIRED:
        wired.cache_clear()
    api._health.cache_clear()
