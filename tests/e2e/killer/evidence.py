"""The final state of one tenant, as seen from outside and as stored, and how two differ."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import inf
from time import time
from typing import Any

import msgspec
from msgspec.structs import replace

from cli.demo.overview import Overview, read_overview
from cli.localcloud.cloud import LocalCloud
from cli.localcloud.receiver import Arrival
from tests.e2e.killer.points import Point
from tocsin.pipeline.archive import unpack

# A group at rest has its next repetition before it, hours away.
RESTS_S = 1800.0


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What must be equal, and how often each notification came.

    `told` is what was said of each alert, in order, each notification once; `groups` are the
    names of the attributes of each group, and `rests_s` how long each has nothing to do.
    """

    balance: Overview
    told: dict[str, list[str]]
    groups: list[list[str]]
    rests_s: list[float]
    unarchived: list[str]
    times: list[int]


def gather(
    cloud: LocalCloud, tenant: str, arrivals: Sequence[Arrival], requests: Iterable[str]
) -> Evidence:
    """Collect what is known of a tenant; `requests` are the ids of those that were answered."""
    delivered = [each for each in arrivals if each.status < 300]
    overview = read_overview(cloud.base_url, cloud.keys[tenant], hours=1)
    groups = list(_groups(cloud, tenant))
    return Evidence(
        balance=replace(overview, tenant=""),
        told=told(delivered, tenant),
        groups=sorted(map(sorted, groups)),
        rests_s=[_due_at_s(item) - time() for item in groups],
        unarchived=sorted(set(requests) - set(_archived(cloud, tenant))),
        times=sorted(Counter(each.key for each in delivered).values()),
    )


def told(arrivals: Iterable[Arrival], tenant: str) -> dict[str, list[str]]:
    """Return what was said of each alert, without the repetitions under one key."""
    said: dict[str, list[str]] = {}
    keys: set[str] = set()
    for arrival in arrivals:
        if arrival.status >= 300 or arrival.key in keys:
            continue
        keys.add(arrival.key)
        # Several alerts of one name are one thing said.
        pairs = [(each["labels"]["alertname"], each["status"]) for each in arrival.alerts]
        for name, status in dict.fromkeys(pairs):
            said.setdefault(name.removeprefix(tenant), []).append(status)
    return said


def differences(point: Point, calm: Evidence, found: Evidence) -> list[str]:
    """Return every way in which a disturbed run did not end as the undisturbed one."""
    balance = _with_surplus(calm.balance, point.surplus)
    problems = []
    if found.balance != balance:
        problems.append(f"the books say {found.balance}, not {balance}")
    if found.told != calm.told:
        problems.append(f"the receiver heard {found.told}, not {calm.told}")
    if found.groups != calm.groups:
        problems.append(f"the groups hold {found.groups}, not {calm.groups}")
    if not all(rest_s > RESTS_S for rest_s in found.rests_s):
        problems.append(f"groups have something to do in {found.rests_s} s")
    if found.unarchived:
        problems.append(f"requests {found.unarchived} are not in the archive")
    limits = {1, 2} if point.may_repeat else {1}
    # One notification was under way when its worker died, and no other.
    if not set(found.times) <= limits or found.times.count(2) > 1:
        problems.append(f"notifications arrived {found.times} times")
    return problems


def _with_surplus(balance: Overview, surplus: int) -> Overview:
    """Return the books as they are where so many alerts were accepted a second time."""

    def raised(side: Any) -> Any:
        return replace(side, accepted=side.accepted + surplus, duplicate=side.duplicate + surplus)

    providers = {name: raised(side) for name, side in balance.providers.items()}
    return replace(raised(balance), providers=providers)


def _due_at_s(item: dict[str, Any]) -> float:
    found = item.get("poke_due_at_s")
    return float(found["N"]) if found else inf


def _groups(cloud: LocalCloud, tenant: str) -> Iterator[dict[str, Any]]:
    pages = cloud.client("dynamodb").get_paginator("scan")
    for page in pages.paginate(TableName=cloud.resource("GroupTable"), ConsistentRead=True):
        for item in page["Items"]:
            if item["pk"]["S"].startswith(f"{tenant}#"):
                yield item


def _archived(cloud: LocalCloud, tenant: str) -> Iterator[str]:
    s3, bucket = cloud.client("s3"), cloud.resource("ArchiveBucket")
    pages = s3.get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=bucket, Prefix=f"raw/tenant={tenant}/"):
        for found in page.get("Contents", ()):
            data = s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
            for entry, _ in unpack(data):
                yield entry.request
