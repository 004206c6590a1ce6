"""What is refused while much waits before enrich."""

import hmac
import json
from hashlib import sha256
from typing import Any

import pytest

from tests.builders import config
from tests.integration.payloads import member, webhook
from tests.integration.world import World
from tocsin.adapters.memory import MemoryLimiter
from tocsin.domain.config import Signature, SigningSecret
from tocsin.domain.limits import Limits
from tocsin.pipeline import backpressure
from tocsin.runtime import ingest

ALERT = {"name": "DiskFull", "host": "db-1"}
CRITICAL = {**ALERT, "severity": "critical"}


def _key(stack: World, tenant: str = "acme", **limits: Any) -> str:
    return stack.add_tenant(config(tenant, limits=Limits(**limits)))


def _statuses(stack: World, key: str, path: str, payload: Any, times: int) -> list[int]:
    return [stack.post(path, key, payload)["statusCode"] for _ in range(times)]


class SharedLimiter(MemoryLimiter):
    """A limiter whose counts are those of all instances."""

    state = "shared"


class TestBackpressure:
    """What is refused while much waits before enrich."""

    @pytest.fixture(autouse=True)
    def _low(self, stack: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 1_763_790_000.0
        monkeypatch.setattr(ingest, "now_s", lambda: self.now_s)
        monkeypatch.setenv("BACKLOG_LIMIT_MESSAGES", "20")
        monkeypatch.setenv("URGENT_BACKLOG_LIMIT_MESSAGES", "20")
        monkeypatch.setenv("BACKLOG_AGE_LIMIT_S", "30")

    @pytest.fixture
    def _counted_together(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ingest, "make_limiter", lambda *_: SharedLimiter(lambda: self.now_s))

    def _look_again(self) -> None:
        self.now_s += 10

    @pytest.mark.usefixtures("_counted_together")
    def test_above_the_limit_who_sends_much_must_wait(self, stack: World) -> None:
        busy, small = _key(stack, alerts=1000), _key(stack, "globex")
        assert set(_statuses(stack, busy, "/v1/alerts", ALERT, 20)) == {202}
        self._look_again()
        answer = stack.post("/v1/alerts", busy, ALERT)
        assert answer["statusCode"] == 429
        body = json.loads(answer["body"])
        assert (body["error"]["code"], body["backoff"]["scope"]) == ("overloaded", "pipeline")
        assert 15 <= int(answer["headers"]["Retry-After"]) <= 30
        assert stack.post("/v1/alerts", small, ALERT)["statusCode"] == 202

    def test_where_each_instance_counts_alone_nobody_is_small(self, stack: World) -> None:
        busy, other = _key(stack, alerts=1000), _key(stack, "globex")
        _statuses(stack, busy, "/v1/alerts", ALERT, 20)
        self._look_again()
        assert stack.post("/v1/alerts", other, ALERT)["statusCode"] == 429
        assert stack.post("/v1/alerts", other, CRITICAL)["statusCode"] == 202

    def test_no_estimate_closes_the_queue_of_critical_alerts(
        self, stack: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(backpressure, "WORKER_MESSAGES", 1)
        key = _key(stack, alerts=1000)
        for alert, queue, status in ((ALERT, "enrich", 429), (CRITICAL, "enrich-urgent", 202)):
            _statuses(stack, key, "/v1/alerts", alert, 19)
            assert len(stack.resources.receive(queue, 1)) == 1
            self._look_again()
            assert stack.post("/v1/alerts", key, alert)["statusCode"] == status

    def test_critical_alerts_have_a_queue_and_a_limit_of_their_own(self, stack: World) -> None:
        key = _key(stack, alerts=1000)
        _statuses(stack, key, "/v1/alerts", ALERT, 20)
        self._look_again()
        assert stack.post("/v1/alerts", key, [ALERT, CRITICAL])["statusCode"] == 202
        _statuses(stack, key, "/v1/alerts", CRITICAL, 20)
        self._look_again()
        assert stack.post("/v1/alerts", key, CRITICAL)["statusCode"] == 429

    @pytest.mark.usefixtures("_counted_together")
    def test_far_above_the_limit_everybody_must_wait(self, stack: World) -> None:
        busy, small = _key(stack, alerts=1000), _key(stack, "globex")
        _statuses(stack, busy, "/v1/alerts", ALERT, 80)
        self._look_again()
        assert stack.post("/v1/alerts", small, ALERT)["statusCode"] == 429
        assert stack.post("/v1/alerts", small, CRITICAL)["statusCode"] == 202

    def test_when_the_queue_is_worked_off_all_may_send_again(self, stack: World) -> None:
        key = _key(stack, alerts=1000)
        _statuses(stack, key, "/v1/alerts", ALERT, 20)
        self._look_again()
        assert stack.post("/v1/alerts", key, ALERT)["statusCode"] == 429
        stack.pump("enrich")
        self._look_again()
        assert stack.post("/v1/alerts", key, ALERT)["statusCode"] == 202

    def test_it_looks_once_in_ten_seconds_whoever_sends(self, stack: World) -> None:
        key = _key(stack, alerts=1000)
        with stack.meter.counting():
            _statuses(stack, key, "/v1/alerts", ALERT, 15)
            self.now_s += 9.9
            _statuses(stack, key, "/v1/alerts", ALERT, 15)
            assert stack.meter.calls["sqs GetQueueAttributes"] == 1
            self.now_s += 0.1
            _statuses(stack, key, "/v1/alerts", ALERT, 15)
        assert stack.meter.calls["sqs GetQueueAttributes"] == 2

    def test_where_it_cannot_look_everything_may_enter(
        self, stack: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = _key(stack, alerts=1000)
        client = ingest.hasty_client("sqs")
        real = ingest.hasty_client
        monkeypatch.setattr(
            ingest, "hasty_client", lambda name: client if name == "sqs" else real(name)
        )

        def fail(**_: Any) -> None:
            raise client.exceptions.ClientError({"Error": {"Code": "AccessDenied"}}, "x")

        monkeypatch.setattr(client, "get_queue_attributes", fail)
        assert set(_statuses(stack, key, "/v1/alerts", ALERT, 30)) == {202}


def test_a_signed_request_that_was_refused_is_new_when_it_comes_again(
    stack: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = 1_763_790_000.0
    monkeypatch.setattr(ingest, "now_s", lambda: now_s)
    monkeypatch.setenv("BACKLOG_LIMIT_MESSAGES", "1")
    key = stack.add_tenant(
        config(
            signatures=(
                Signature(
                    provider="generic", scheme="github", secrets=(SigningSecret(value="secret"),)
                ),
            )
        )
    )
    body = json.dumps(ALERT).encode()
    proof = hmac.new(b"secret", body, sha256).hexdigest()
    signed = {"x-hub-signature-256": f"sha256={proof}", "x-github-delivery": "1"}
    for _ in range(11):
        stack.post("/v1/alerts/alertmanager", key, webhook(member("db-1")))
    now_s += 10
    assert stack.post("/v1/alerts/generic", key, body, **signed)["statusCode"] == 429
    stack.pump("enrich")
    now_s += 10
    assert stack.post("/v1/alerts/generic", key, body, **signed)["statusCode"] == 202
    assert stack.pump("enrich") == 1
