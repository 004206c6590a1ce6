"""Changes that are pushed, through the front door and into what people are shown."""

import json

import pytest
from msgspec.structs import replace

from cli.localcloud.receiver import LocalReceiver
from tests.integration.payloads import member, webhook
from tests.integration.world import World
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.runtime.clock import now_s

PATH = "/v1/changes"
V42 = {"service": "node-exporter", "title": "v42", "kind": "deployment", "by": "ann"}


@pytest.fixture
def key(stack: World, acme: TenantConfig) -> str:
    settings = EnrichmentSettings(early=(), late=("find_changes",))
    return stack.add_tenant(replace(acme, enrichment=settings))


def test_what_is_wrong_is_said_and_the_rest_is_stored(stack: World, key: str) -> None:
    answer = stack.post(PATH, key, [V42, {"service": "x"}])
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["accepted"]) == (202, 1)
    assert [(each["index"], each["path"]) for each in body["rejected"]] == [(1, "[1].title")]
    assert stack.post(PATH, key, {"title": "x"})["statusCode"] == 422
    assert stack.post(PATH, key, b"{")["statusCode"] == 400
    assert stack.post(PATH, "toc_nobody", V42)["statusCode"] == 401


def test_a_change_is_shown_with_the_alert_of_its_service(
    stack: World, people: LocalReceiver, key: str
) -> None:
    assert stack.post(PATH, key, {**V42, "time": now_s() - 60})["statusCode"] == 202
    fresh = member("db-1", startsAt="0001-01-01T00:00:00Z")
    stack.post("/v1/alerts/alertmanager", key, webhook(fresh))
    stack.drain()
    stack.post("/v1/alerts/alertmanager", key, webhook({**fresh, "status": "resolved"}))
    stack.drain()
    *_, last = people.arrivals
    (alert,) = last.body["alerts"]
    findings = alert["enrichment"]["findings"]
    assert [(each["title"], each["by"]) for each in findings["changes"]] == [("v42", "ann")]
    assert [each[:2] for each in findings["stages"]] == [["find_changes", "ok"]]
