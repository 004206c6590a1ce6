"""Failed enrichments, in memory and on AWS as moto plays it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders import T0, change
from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb.failedenrichments import DynamoFailedEnrichments
from tocsin.adapters.memory import MemoryFailedEnrichments
from tocsin.domain.found import StageResult
from tocsin.ports import FailedEnrichment, FailedEnrichments
from tocsin.ports.enrichment import FAILED_KEPT_S

FAILED = (StageResult("triage", "failed", "Retryable: HTTP 503", 12.5),)


@pytest.fixture(params=["memory", "aws"])
def kept(request: Any) -> Iterator[FailedEnrichments]:
    if request.param == "memory":
        yield MemoryFailedEnrichments()
    else:
        table = request.getfixturevalue("cloud").environ["ENRICHMENT_TABLE"]
        yield DynamoFailedEnrichments(client("dynamodb"), table)


def _failed(source: str, attempts: int = 1, at_s: float = T0) -> FailedEnrichment:
    event = change(source=source)
    return FailedEnrichment(change=event, failed=FAILED, attempts=attempts, at_s=at_s)


def _all(kept: FailedEnrichments, tenant: str = "acme", now_s: float = T0) -> dict[str, Any]:
    return {each.change.source: each for each in kept.all(tenant, now_s)}


def test_what_is_kept_comes_back_and_only_to_its_tenant(kept: FailedEnrichments) -> None:
    assert _all(kept) == {}
    kept.keep("acme", [_failed("r:0"), _failed("r:1")])
    assert _all(kept) == {"r:0": _failed("r:0"), "r:1": _failed("r:1")}
    assert _all(kept, "globex") == {}


def test_a_later_failure_takes_the_place_of_an_earlier_one(kept: FailedEnrichments) -> None:
    kept.keep("acme", [_failed("r:0")])
    kept.keep("acme", [_failed("r:0", 2), _failed("r:0", 3)])
    assert _all(kept) == {"r:0": _failed("r:0", 3)}


def test_what_succeeded_is_forgotten(kept: FailedEnrichments) -> None:
    kept.keep("acme", [_failed("r:0"), _failed("r:1")])
    kept.forget("acme", ["r:0", "r:0", "unknown:7"])
    kept.forget("globex", ["r:1"])
    kept.forget("acme", [])
    assert set(_all(kept)) == {"r:1"}


def test_there_is_room_for_many(kept: FailedEnrichments) -> None:
    kept.keep("acme", [_failed(f"r:{index}") for index in range(60)])
    assert len(_all(kept)) == 60
    kept.forget("acme", [f"r:{index}" for index in range(60)])
    assert _all(kept) == {}


def test_what_has_expired_is_left_out_though_it_is_there(kept: FailedEnrichments) -> None:
    kept.keep("acme", [_failed("r:0"), _failed("r:1", at_s=T0 + 10)])
    assert set(_all(kept, now_s=T0 + FAILED_KEPT_S)) == {"r:1"}


def test_they_come_by_source(kept: FailedEnrichments) -> None:
    kept.keep("acme", [_failed(source) for source in ("r:2", "r:10", "r:1", "r:3")])
    kept.keep("globex", [_failed("r:4")])
    assert list(_all(kept)) == ["r:1", "r:10", "r:2", "r:3"]
