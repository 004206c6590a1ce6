"""What senders are answered."""

import json
from time import process_time
from typing import Any

import pytest
import yaml

from cli.localcloud.receiver import LocalReceiver
from tests.integration.payloads import member, webhook
from tests.integration.world import World
from tocsin.adapters import aws
from tocsin.domain.config import TenantConfig
from tocsin.providers import limits
from tocsin.runtime import ingest as ingest_function


@pytest.fixture
def key(stack: World, acme: TenantConfig) -> str:
    return stack.add_tenant(acme)


def _error(answer: dict[str, Any]) -> tuple[int, str]:
    return answer["statusCode"], json.loads(answer["body"])["error"]["code"]


def test_without_a_key_nothing_is_read(stack: World) -> None:
    assert _error(stack.post("/v1/alerts", "", b"{")) == (401, "unauthorized")


def test_an_unknown_provider_is_a_404_that_names_the_known(stack: World, key: str) -> None:
    answer = stack.post("/v1/alerts/nagioss", key, {})
    assert answer["statusCode"] == 404
    assert "cloudwatch" in answer["body"]


def test_what_is_not_json_is_a_400(stack: World, key: str) -> None:
    assert _error(stack.post("/v1/alerts", key, b"{")) == (400, "invalid_json")


def test_a_payload_of_another_kind_is_a_422_that_says_what_was_expected(
    stack: World, key: str
) -> None:
    answer = stack.post("/v1/alerts/alertmanager", key, "hello")
    assert answer["statusCode"] == 422
    assert "alertmanager" in answer["body"]


def test_all_bad_is_a_422_with_every_index(stack: World, key: str) -> None:
    answer = stack.post("/v1/alerts/alertmanager", key, webhook({}, {"labels": 5}))
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["accepted"]) == (422, 0)
    assert [each["index"] for each in body["rejected"]] == [0, 1]


def test_nothing_is_accepted_and_nothing_is_queued_for_an_empty_list(
    stack: World, key: str
) -> None:
    answer = stack.post("/v1/alerts", key, [])
    assert (answer["statusCode"], json.loads(answer["body"])["accepted"]) == (202, 0)
    assert stack.pump("enrich") == 0


def test_too_many_alerts_are_refused_whole(
    stack: World, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ALERTS_PER_REQUEST", 1)
    answer = stack.post("/v1/alerts/alertmanager", key, webhook(member("a"), member("b")))
    assert _error(answer) == (413, "too_large")


def test_the_key_may_stand_in_the_path(stack: World, key: str) -> None:
    answer = stack.post(f"/k/{key}/v1/alerts", "", {"name": "Disk full", "host": "db-1"})
    assert answer["statusCode"] == 202


def test_a_queue_that_does_not_answer_is_a_503_and_nothing_is_promised(
    stack: World, key: str
) -> None:
    aws.client("sqs").delete_queue(QueueUrl=stack.resources.queues["enrich"])
    answer = stack.post("/v1/alerts", key, {"name": "Disk full"})
    assert _error(answer) == (503, "unavailable")
    assert answer["headers"]["Retry-After"] == "1"


class TestAlertmanagerApi:
    """The answers that amtool and Prometheus know."""

    PATH = "/api/v2/alerts"

    def test_success_is_a_200_without_a_body(self, stack: World, key: str) -> None:
        for payload in ([], [{"labels": {"alertname": "Up"}}]):
            answer = stack.post(self.PATH, key, payload)
            assert (answer["statusCode"], answer["body"]) == (200, "")

    def test_one_bad_alert_is_a_400_and_the_good_ones_are_kept(
        self, stack: World, key: str, people: LocalReceiver
    ) -> None:
        good = {"labels": {"alertname": "Up"}}
        answer = stack.post(self.PATH, key, [good, {"labels": {}}])
        assert answer["statusCode"] == 400
        assert json.loads(answer["body"]) == "at least one label pair required"
        stack.drain()
        assert len(people.arrivals) == 1

    @pytest.mark.parametrize(
        ("payload", "status", "code"),
        [
            (b"{", 400, None),
            ({}, 400, 400),
            (b"", 422, 602),
            ([{"annotations": {}}], 422, 602),
        ],
    )
    def test_errors_have_alertmanagers_shapes(
        self, stack: World, key: str, payload: Any, status: int, code: int | None
    ) -> None:
        answer = stack.post(self.PATH, key, payload)
        assert answer["statusCode"] == status
        if code is not None:
            assert json.loads(answer["body"])["code"] == code

    def test_of_several_errors_the_one_is_named_that_an_alertmanager_meets_first(
        self, stack: World, key: str
    ) -> None:
        empty, missing, unreadable = {"labels": {}}, {"annotations": {}}, {"labels": {"a": 1}}
        answers = [
            stack.post(self.PATH, key, payload)
            for payload in ([empty, missing, unreadable], [empty, missing], [empty, empty], None)
        ]
        assert [answer["statusCode"] for answer in answers] == [400, 422, 400, 200]
        message = "[2].labels.a: expected a string, got a number"
        assert json.loads(answers[0]["body"]) == {"code": 400, "message": message}
        message = "1.labels in body is required"
        assert json.loads(answers[1]["body"]) == {"code": 602, "message": message}
        said = "at least one label pair required"
        assert json.loads(answers[2]["body"]) == f"{said}; {said}"

    def test_only_json_is_taken(self, stack: World, key: str) -> None:
        answer = stack.post(self.PATH, key, [], **{"content-type": "text/plain"})
        assert answer["statusCode"] == 415


class TestApi:
    """The api function."""

    def test_health_is_ok_and_names_no_resource(self, stack: World) -> None:
        answer = stack.get("/health")
        assert (answer["statusCode"], json.loads(answer["body"])["status"]) == (200, "ok")

    def test_health_says_which_part_is_wrong(self, stack: World) -> None:
        aws.client("dynamodb").delete_table(TableName="group-table")
        answer = stack.get("/health")
        assert answer["statusCode"] == 503
        assert json.loads(answer["body"])["problems"] == ["GroupTable"]

    def test_probes_need_no_key(self, stack: World) -> None:
        assert stack.get("/-/ready")["statusCode"] == 200
        assert stack.get("/-/healthy")["body"] == "OK"

    def test_status_holds_a_configuration_that_tools_can_parse(
        self, stack: World, key: str
    ) -> None:
        body = json.loads(stack.get("/api/v2/status", key)["body"])
        original = yaml.safe_load(body["config"]["original"])
        assert original["route"]["receiver"] == "oncall"
        assert {"cluster", "config", "uptime", "versionInfo"} <= body.keys()

    def test_the_overview_needs_a_key_and_a_sane_span(self, stack: World, key: str) -> None:
        assert stack.get("/v1/stats/overview")["statusCode"] == 401
        assert stack.get("/v1/stats/overview", key, hours="0")["statusCode"] == 422
        assert stack.get("/v1/stats/overview", key, hours="1")["statusCode"] == 200


def test_an_sns_topic_that_waits_to_be_confirmed_is_told_to_the_operator(
    stack: World, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tocsin.runtime import observability

    told: list[Any] = []

    class Log:
        def warning(self, message: str, extra: Any) -> None:
            told.append(extra)

    monkeypatch.setattr(observability, "logger", Log)
    topic = "arn:aws:sns:eu-central-1:123456789012:alarms"
    link = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=x"
    payload = {"Type": "SubscriptionConfirmation", "TopicArn": topic, "SubscribeURL": link}
    assert stack.post("/v1/alerts/cloudwatch", key, payload)["statusCode"] == 202
    assert told == [{"topic": topic, "link": link}]


def test_a_body_that_is_not_base64_is_a_4xx(stack: World, key: str) -> None:
    event = stack._event("POST", "/v1/alerts", {"x-api-key": key}, b"")
    answer = stack._call(ingest_function.handler, {**event, "body": "%%%"})
    assert answer["statusCode"] == 422


@pytest.mark.parametrize("at", [-99999999999, -62135596801, -253402300799999])
def test_a_time_that_no_calendar_has_is_refused(stack: World, key: str, at: int) -> None:
    assert stack.post("/v1/alerts", key, {"name": "Old", "starts_at": at})["statusCode"] == 422


def test_a_request_id_that_the_sender_chooses_confuses_nothing(
    stack: World, key: str, people: LocalReceiver
) -> None:
    for status in ("firing", "resolved"):
        body = json.dumps({"name": "D", "status": status}).encode()
        event = stack._event("POST", "/v1/alerts", {"x-api-key": key}, body)
        event["requestContext"]["requestId"] = "chosen"
        stack._call(ingest_function.handler, event)
        stack.drain()
    assert [each.body["status"] for each in people.arrivals] == ["firing", "resolved"]


def test_millions_of_members_are_refused_before_they_are_read(stack: World, key: str) -> None:
    body = b"[" + b",".join([b"1"] * 2_900_000) + b"]"
    started_s = process_time()
    assert _error(stack.post("/v1/alerts", key, body)) == (413, "too_large")
    assert process_time() - started_s < 3


@pytest.mark.parametrize("path", ["/v1/alerts", "/api/v2/alerts"])
def test_an_answer_about_thousands_of_bad_alerts_stays_short(
    stack: World, key: str, path: str
) -> None:
    bad = {"labels": {"\U0010ffff" * 64: []}, "name": "x"}
    answer = stack.post(path, key, [{"labels": {"alertname": "Good"}}, *[bad] * 5000])
    assert answer["statusCode"] in (202, 400)
    assert len(answer["body"]) < 200_000


@pytest.mark.parametrize("hours", ["00000199999999", "000720000", "0", "-1", "1e2", "721", "९"])
def test_hours_are_a_small_whole_number(stack: World, key: str, hours: str) -> None:
    status = stack.get("/v1/stats/overview", key, hours=hours)["statusCode"]
    assert status == (200 if hours == "९" else 422)
