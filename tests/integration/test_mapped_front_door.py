"""Payloads of one's own at the front door, and again in enrich, with the mapping of both."""

import json
from typing import Any

import msgspec
import pytest

from cli.localcloud.receiver import LocalReceiver
from tests.integration.world import World
from tests.unit.providers.mapping import config_of
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.configs import DynamoConfigs
from tocsin.domain.config import TenantConfig
from tocsin.pipeline.archive import unpack

MAPPINGS = "[{name: backup, default: DEFAULT, fields: {name: title, labels: {host: FIELD}}}]"


def mapped(acme: TenantConfig, field: str = "host", default: str = "false") -> TenantConfig:
    made = config_of(MAPPINGS.replace("FIELD", field).replace("DEFAULT", default))
    return msgspec.structs.replace(acme, mappings=made.mappings)


def told(people: LocalReceiver) -> list[dict[str, str]]:
    return [alert["labels"] for each in people.arrivals for alert in each.body["alerts"]]


def test_a_mapping_is_an_address_and_the_provider_of_its_alerts(
    stack: World, acme: TenantConfig, people: LocalReceiver
) -> None:
    key = stack.add_tenant(mapped(acme))
    answer = stack.post("/v1/alerts/backup", key, {"title": "Failed", "host": "nas-1"})
    assert (answer["statusCode"], json.loads(answer["body"])["accepted"]) == (202, 1)
    stack.drain()
    (labels,) = told(people)
    assert (labels["alertname"], labels["host"]) == ("Failed", "nas-1")
    assert stack.balance(key)["delivered"] == 1


def test_enrich_reads_with_the_version_that_ingest_read_with(
    stack: World, acme: TenantConfig, people: LocalReceiver
) -> None:
    key = stack.add_tenant(mapped(acme))
    stack.post("/v1/alerts/backup", key, {"title": "Failed", "host": "nas-1", "node": "nas-2"})
    later = msgspec.structs.replace(mapped(acme, "node"), version=2)
    table = stack.resources.environ["CONTROL_TABLE"]
    DynamoConfigs(aws.client("dynamodb"), table).apply(later, "", 0.0)
    stack.drain()
    (labels,) = told(people)
    assert labels["host"] == "nas-1"
    s3, bucket = aws.client("s3"), stack.resources.environ["ARCHIVE_BUCKET"]
    (archived,) = s3.list_objects_v2(Bucket=bucket, Prefix="raw/")["Contents"]
    stored = s3.get_object(Bucket=bucket, Key=archived["Key"])["Body"].read()
    ((entry, _),) = unpack(stored)
    assert (entry.provider, entry.config_version) == ("backup", 1)


def test_the_default_mapping_reads_what_names_no_provider(
    stack: World, acme: TenantConfig, people: LocalReceiver
) -> None:
    key = stack.add_tenant(mapped(acme, default="true"))
    assert stack.post("/v1/alerts", key, {"title": "Failed", "host": "nas-1"})["statusCode"] == 202
    generic = {"name": "Plain", "host": "x"}
    assert stack.post("/v1/alerts", key, generic)["statusCode"] == 422
    assert stack.post("/v1/alerts/generic", key, generic)["statusCode"] == 202
    stack.drain()
    assert sorted(labels["alertname"] for labels in told(people)) == ["Failed", "Plain"]


@pytest.mark.parametrize(
    ("payload", "status", "said"),
    [
        ({"host": "nas-1"}, 422, ["title", "expected the name"]),
        ([{"title": "A"}, {"title": []}], 202, ["[1].title", "expected a string"]),
        ("text", 422, ["backup", "expected an object or a list"]),
        (b"{", 400, ["not JSON"]),
    ],
)
def test_a_bad_payload_is_told_where_and_what_was_expected(
    stack: World, acme: TenantConfig, payload: Any, status: int, said: list[str]
) -> None:
    key = stack.add_tenant(mapped(acme))
    answer = stack.post("/v1/alerts/backup", key, payload)
    assert answer["statusCode"] == status
    for text in said:
        assert text in answer["body"]


def test_a_mapping_is_known_to_its_own_tenant_only(stack: World, acme: TenantConfig) -> None:
    stack.add_tenant(mapped(acme))
    other = stack.add_tenant(msgspec.structs.replace(acme, tenant="globex"))
    answer = stack.post("/v1/alerts/backup", other, {"title": "Failed"})
    assert answer["statusCode"] == 404
    assert "backup" not in answer["body"].replace("no provider 'backup'", "")


def test_the_configuration_is_read_once_and_not_for_each_request(
    stack: World, acme: TenantConfig
) -> None:
    key = stack.add_tenant(mapped(acme))
    stack.post("/v1/alerts/backup", key, {"title": "warm"})
    stack.meter.reset()
    with stack.meter.counting():
        for _ in range(5):
            stack.post("/v1/alerts/backup", key, {"title": "A", "host": "b"})
            stack.post("/v1/alerts", key, {"name": "A"})
    assert stack.meter.calls["dynamodb GetItem"] == 0


def test_a_form_travels_as_it_came(stack: World, acme: TenantConfig, people: LocalReceiver) -> None:
    key = stack.add_tenant(acme)
    body = b"Status=Down&Name=B%C3%BCro&URL=https%3A%2F%2Fa%2F&StatusCode=503"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = stack.post("/v1/alerts/statuscake", key, body, **headers)
    assert answer["statusCode"] == 202
    stack.drain()
    (labels,) = told(people)
    assert (labels["alertname"], labels["url"]) == ("Büro", "https://a/")


def test_signalfx_is_answered_with_the_200_that_it_waits_for(
    stack: World, acme: TenantConfig
) -> None:
    key = stack.add_tenant(acme)
    event = {"incidentId": "x", "statusExtended": "ok", "detector": "d", "detectorId": "y"}
    assert stack.post("/v1/alerts/signalfx", key, event)["statusCode"] == 200
    assert stack.post("/v1/alerts/signalfx", key, {})["statusCode"] == 422


def test_what_is_left_alone_is_not_counted_and_keeps_the_place_of_what_is_refused(
    stack: World, acme: TenantConfig, people: LocalReceiver
) -> None:
    made = config_of(
        "[{name: backup, match: {kind: [alarm]}, fields: {name: title, labels: {host: host}}}]"
    )
    key = stack.add_tenant(msgspec.structs.replace(acme, mappings=made.mappings))
    alarm = {"kind": "alarm", "title": "Failed", "host": "nas-1"}
    payload = [{"kind": "log"}, alarm, {"kind": "alarm"}]
    body = json.loads(stack.post("/v1/alerts/backup", key, payload)["body"])
    assert (body["accepted"], [each["index"] for each in body["rejected"]]) == (1, [2])
    assert body["rejected"][0]["path"] == "[2].title"
    stack.drain()
    assert [labels["host"] for labels in told(people)] == ["nas-1"]
    assert stack.balance(key)["delivered"] == 1
