"""Nothing of one tenant stands anywhere with another, whatever it calls itself."""

import json
import sys
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends
from moto.sqs.models import sqs_backends

from tests.hostile.corpus.texts import CHARACTERS
from tests.hostile.deployment import ACCOUNT, REGION, TENANTS, Deployment, deployed
from tests.integration.resources import STAGES
from tests.unit.providers.samples import sample, sample_names
from tocsin.runtime import ingest

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# Coverage is measured on smaller tests; tracing would double the time of this suite.
pytestmark = [pytest.mark.xdist_group("hostile"), pytest.mark.timeout(300), pytest.mark.no_cover]

CANARIES = {tenant: f"canary-of-{tenant}-6f1d" for tenant in TENANTS}


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed() as made:
        yield made


class Sent(msgspec.Struct, frozen=True):
    """What both tenants were answered, and what was queued and stored meanwhile."""

    answers: dict[str, list[str]]
    messages: list[tuple[str, str, bytes]]
    places: list[tuple[str, bytes]]


@pytest.fixture(scope="module")
def sent(deployment: Deployment) -> Sent:
    """Send everything of both tenants, and let it arrive."""
    stack = deployment.stack
    messages = []
    answers = {tenant: send_everything(deployment, tenant) for tenant in TENANTS}
    for _ in range(30):
        messages += list(queued())
        if not sum(stack.pump(f"{stage}{kind}") for stage in STAGES for kind in ("-urgent", "")):
            break
    stack.tick()
    answers["acme"].append(json.dumps(stack.balance(deployment.keys["acme"])))
    return Sent(answers, messages, list(stored()))


def others_of(tenant: str) -> str:
    (other,) = (each for each in TENANTS if each != tenant)
    return other


def hostile_alerts(tenant: str) -> Iterator[dict[str, Any]]:
    """Yield alerts whose every part holds the canary, and pretends to be of the other tenant."""
    canary, other = CANARIES[tenant], others_of(tenant)
    for number, characters in enumerate(CHARACTERS.values()):
        yield {
            "name": f"shared {number}",
            "tenant": other,
            "severity": "critical" if number % 2 else "warning",
            "labels": {
                "host": "shared",
                "tenant": other,
                "pk": f"tenant#{other}#",
                f"{canary}{characters}"[:200]: f"{characters}{canary}"[:4000],
            },
            "summary": f"{canary} {characters}",
            "annotations": {"tenant": other, canary: f"../tenant={other}/{canary}"},
            "url": f"https://example.com/{canary}?tenant={other}",
        }


def send_everything(deployment: Deployment, tenant: str) -> list[str]:
    """Send good, hostile and refused requests of a tenant; return all answers."""
    canary, key, stack = CANARIES[tenant], deployment.keys[tenant], deployment.stack
    answers = [
        stack.post("/v1/alerts", key, [*hostile_alerts(tenant), {"labels": canary}, canary]),
        stack.post("/v1/alerts", key, {"name": "the same in both", "host": "shared"}),
        stack.post("/v1/alerts", key, {"name": canary, "status": canary}),
        stack.post("/v1/alerts", key, f'{{"{canary}'.encode()),
        stack.post(f"/v1/alerts/{canary}", key, {}),
        stack.post("/api/v2/alerts", key, [{"labels": {"alertname": canary}}, {"labels": {}}]),
        stack.post("/v1/alerts", key, {"name": canary}, **{"x-tenant": others_of(tenant)}),
        stack.post("/v1/alerts", "", {"name": canary}),
        stack.post(f"/k/{key}/v1/alerts", "", {"name": f"{canary} by path"}),
        # Large enough to be claim-checked in S3.
        stack.post("/v1/alerts", key, {"name": "large", "host": canary, "summary": noise(tenant)}),
    ]
    for name in sample_names()[::3]:
        body = json.dumps(sample(name)).replace("prod", canary).encode()
        path = name.partition(".")[0]
        path = "/api/v2/alerts" if path == "alertmanager-api" else f"/v1/alerts/{path}"
        answers.append(stack.post(path, key, body))
    return [json.dumps(answer, ensure_ascii=False) for answer in answers]


def noise(tenant: str) -> str:
    """Return what does not compress, and still has the canary in it."""
    from random import Random

    return CANARIES[tenant] + Random(tenant).randbytes(400_000).hex()


def queued() -> Iterator[tuple[str, str, bytes]]:
    """Yield the queue, the message group and the opened content of every message."""
    for name, queue in sqs_backends[ACCOUNT][REGION].queues.items():
        for message in queue._messages:
            body = json.loads(message.body)
            frame = opened(b64decode(body.get("frame", "")))
            yield name, message.group_id or "", frame + message.body.encode()


def stored() -> Iterator[tuple[str, bytes]]:
    """Yield the place and the opened content of every item and object."""
    for table in dynamodb_backends[ACCOUNT][REGION].tables.values():
        for item in table.all_items():
            attributes = item.to_json()["Attributes"]
            yield f"{table.name}: {attributes['pk']['S']}", b"".join(values_of(attributes))
    for key in s3_backends[ACCOUNT]["aws"].buckets["archive"].keys.values():
        yield f"archive: {key.name}", opened(key.value) + key.name.encode()


def values_of(attributes: dict[str, Any]) -> Iterator[bytes]:
    for value in attributes.values():
        for kind, content in value.items():
            if kind == "B":
                yield opened(b64decode(content) if isinstance(content, str) else bytes(content))
            else:
                yield json.dumps(content, ensure_ascii=False).encode()


def opened(data: bytes) -> bytes:
    """Return what is in zstd frames; anything else as it is."""
    try:
        return bytes(zstd.decompress(data))
    except zstd.ZstdError:
        return data


def owner_of(place: str) -> str:
    """Return the tenant whose key, prefix or partition this is."""
    _, _, key = place.partition(": ")
    for tenant in TENANTS:
        if f"/tenant={tenant}/" in key or key.removeprefix("tenant#").split("#")[0] == tenant:
            return tenant
    return ""


def _arrived_apart(deployment: Deployment) -> None:
    """Nothing of it was dead-lettered, and the same labels are two alerts."""
    for stage in STAGES:
        assert not deployment.stack.resources.letters(stage)
        assert not deployment.stack.resources.letters(f"{stage}-urgent")
    both = {
        arrival.path
        for arrival in deployment.people.arrivals
        if "the same in both" in json.dumps(arrival.body) and "webhook" in arrival.path
    }
    assert sorted(both) == [f"/webhook/{tenant}" for tenant in TENANTS]


def test_no_canary_is_found_with_the_other_tenant(
    deployment: Deployment, sent: Sent, capsys: pytest.CaptureFixture[str]
) -> None:
    answers, messages, places = sent.answers, sent.messages, sent.places
    found: list[str] = []
    for tenant in TENANTS:
        canary, other = CANARIES[tenant].encode(), others_of(tenant)
        heard = [(each.path, json.dumps(each.body)) for each in deployment.people.arrivals]
        found += [f"an answer to {other}" for text in answers[other] if canary.decode() in text]
        found += [f"a message of {group}" for _, group, text in messages
                  if canary in text and group != tenant]  # fmt: skip
        found += [place for place, text in places if canary in text and owner_of(place) != tenant]
        found += [path for path, text in heard
                  if canary.decode() in text and f"/{tenant}" not in path]  # fmt: skip
        # The oracle itself: each canary is where it belongs.
        assert any(canary in text for _, group, text in messages if group == tenant)
        for prefix in ("archive: raw/", "archive: claims/", "group-table", "fingerprint-table"):
            mine = [text for place, text in places if prefix in place and owner_of(place) == tenant]
            assert mine, prefix
        assert any(canary in text for place, text in places if "group-table" in place)
        assert any(canary.decode() in text for _, text in heard)
    assert found == []

    # Metrics are written to the standard output, log lines by the logger.
    said = capsys.readouterr().out + deployment.output.getvalue()
    assert "CloudWatchMetrics" in said
    secrets = [key.split("_")[3] for key in deployment.keys.values()]
    for word in (*CANARIES.values(), *secrets, deployment.stack.resources.pepper):
        assert word not in said
    _arrived_apart(deployment)


def test_an_unforeseen_field_of_an_event_does_not_choose_the_tenant(deployment: Deployment) -> None:
    event = deployment.stack._event(
        "POST", "/v1/alerts", {"x-api-key": deployment.keys["acme"]}, b'{"name": "whose"}'
    )
    event["requestContext"] |= {"tenant": "beta", "authorizer": {"tenant": "beta"}}
    assert deployment.stack._call(ingest.handler, event)["statusCode"] == 202
    assert {group for _, group, _ in queued()} == {"acme"}
