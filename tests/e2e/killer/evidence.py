"""The final state of one tenant, as seen from outside and as stored, and how two differ."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from cli.demo.overview import Overview, read_overview
from cli.localcloud.cloud import LocalCloud
from cli.localcloud.receiver import Arrival
from tests.e2e.killer.points import Point
from tocsin.pipeline.archive import unpack


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What must be equal, and how often each notification came.

    `told` is what was said of each alert, in order, each notification once; `groups` are the
    names of the attributes of each group.
    """

    balance: Overview
    told: dict[str, list[str]]
    groups: list[list[str]]
    unarchived: list[str]
    times: list[int]


def gather(
    cloud: LocalCloud, tenant: str, arrivals: Sequence[Arrival], requests: Iterable[str]
) -> Evidence:
    """Collect what is known of a tenant; `requests` are the ids of those that were answered."""
    delivered = [each for each in arrivals if each.status < 300]
    overview = read_overview(cloud.base_url, cloud.keys[tenant], hours=1)
    return Evidence(
        balance=msgspec.structs.replace(overview, tenant=""),
        told=told(delivered, tenant),
        groups=sorted(sorted(item) for item in _groups(cloud, tenant)),
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
        for alert in arrival.alerts:
            name = alert["labels"]["alertname"].removeprefix(tenant)
            said.setdefault(name, []).append(alert["status"])
    return said


def differences(point: Point, calm: Evidence, found: Evidence) -> list[str]:
    """Return every way in which a disturbed run did not end as the undisturbed one."""
    balance = msgspec.structs.replace(
        calm.balance,
        accepted=calm.balance.accepted + point.surplus,
        duplicate=calm.balance.duplicate + point.surplus,
    )
    problems = []
    if found.balance != balance:
        problems.append(f"the books say {found.balance}, not {balance}")
    if found.told != calm.told:
        problems.append(f"the receiver heard {found.told}, not {calm.told}")
    if found.groups != calm.groups:
        problems.append(f"the groups hold {found.groups}, not {calm.groups}")
    if found.unarchived:
        problems.append(f"requests {found.unarchived} are not in the archive")
    limits = {1, 2} if point.may_repeat else {1}
    # One notification was under way when its worker died, and no other.
    if not set(found.times) <= limits or found.times.count(2) > 1:
        problems.append(f"notifications arrived {found.times} times")
    return problems


def _groups(cloud: LocalCloud, tenant: str) -> Iterator[dict[str, object]]:
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
