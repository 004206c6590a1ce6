"""Says what must hold after a run. It knows what was sent, told and stored, and no product code."""

import sys
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from tests.chaos.archives import judge_archive
from tests.chaos.books import overview
from tests.chaos.breakers import judge_breakers
from tests.chaos.delays import judge_waits
from tests.chaos.escalations import is_of_step, judge_climbs
from tests.chaos.findings import is_update, judge_findings, judge_updates
from tests.chaos.senders import LAPSING, canary, hook
from tests.chaos.world import World

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def judge(world: World, bound_s: Callable[[str], float]) -> list[str]:
    """Return every promise that a finished run broke; `bound_s` is the longest wait by tenant."""
    return [
        *world.errors,
        *(f"AWS would refuse: {each}" for each in world.stack.strict.refusals),
        *_left_wrong(world),
        *_out_of_order(world),
        *_repeated(world),
        *_without_news(world),
        *judge_waits(world, bound_s),
        *judge_archive(world),
        *judge_breakers(world),
        *judge_climbs(world),
        *judge_findings(world),
        *judge_updates(world),
        *_books(world),
        *_leaks(world),
        *_work_left(world),
    ]


def newest(world: World) -> dict[tuple[str, str], str]:
    """Return what is true of each alert at last: what was accepted last about it."""
    truth: dict[tuple[str, str], str] = {}
    for post in sorted(world.posts, key=lambda each: each.at_s):
        for name, status in post.reports:
            truth[(post.tenant, name)] = "resolved" if status == LAPSING else status
    return truth


def _left_wrong(world: World) -> Iterator[str]:
    """Every receiver ends with what is true of each alert."""
    heard = {tenant: world.people.heard(hook(tenant)) for tenant in world.tenants}
    others = {telling.url for telling in world.people.told} - set(map(hook, world.tenants))
    for (tenant, name), status in newest(world).items():
        said = list(heard[tenant].get(name, ()))
        for url in others:
            if f"/{tenant}/" in url:
                said += world.people.heard(url).get(name, ())
        if status == "firing" and said[-1:] != ["firing"]:
            yield f"lost: {name} of {tenant} fires, and its people heard {said}"
        if status == "resolved" and said[-1:] == ["firing"]:
            yield f"left open: {name} of {tenant} is over, and its people heard {said}"


def _out_of_order(world: World) -> Iterator[str]:
    """Each alert fires first, then firing and resolved take turns, but for what went unheard."""
    for url in {telling.url for telling in world.people.told}:
        for name, steps in world.people.steps(url).items():
            expected = {"firing"}
            for status, is_heard in steps:
                if is_heard and status not in expected:
                    yield f"order: {url} heard of {name} (what, whether): {steps}"
                    break
                other = "resolved" if status == "firing" else "firing"
                # After what was not heard, either may follow.
                expected = {other} if is_heard else {"firing", "resolved"}


def _without_news(world: World) -> Iterator[str]:
    """No route of the runs has a repeat interval, so whatever is told says something new.

    But for rounds of escalation and updates, which `judge_climbs` and `judge_updates` count.
    """
    for telling in world.people.first_heard():
        is_other = is_of_step(world, telling.url) or is_update(telling)
        if not telling.said and not is_other:
            yield f"nothing new: {telling.url} was told {telling.key} at {telling.at_s}"


def _repeated(world: World) -> Iterator[str]:
    """One key is told once, and once more at most for each fault that left it unsure."""
    counts = Counter((each.url, each.key) for each in world.people.told)
    for (url, _), count in counts.items():
        if count > 1 + world.unsure_sends:
            yield f"repeated: {url} was told {count} times under one key"


def _books(world: World) -> Iterator[str]:
    """Every alert accepted within a day is in exactly one count, and none is pending."""
    for tenant in world.tenants:
        books = overview(world, tenant)
        since_s = world.clock.true_s - 23 * 3600
        accepted = sum(
            len(post.reports)
            for post in world.posts
            if post.tenant == tenant and post.at_s > since_s
        )
        if not books:
            continue
        suppressed = sum(books["suppressed"].values())
        ended = books["delivered"] + books["duplicate"] + books["dead_lettered"] + suppressed
        is_complete = books["accepted"] == ended and books["pending"] == 0
        if not is_complete or books["accepted"] < accepted:
            yield f"books: {tenant} sent {accepted}: {books}"


def _leaks(world: World) -> Iterator[str]:
    """Nothing of one tenant stands with another, and no secret in any log."""
    logs = world.stack.output.getvalue()
    for tenant in world.tenants:
        for word in (canary(tenant), f"hook-secret-{tenant}", world.secrets[tenant]):
            if word in logs:
                yield f"leak: {word} is in the logs"
        for where, text in _things_of_others(world, tenant):
            if canary(tenant).encode() in text:
                yield f"leak: {tenant} is in {where}"


def _things_of_others(world: World, tenant: str) -> Iterator[tuple[str, bytes]]:
    """Yield all that is stored, queued or told for other tenants, opened."""
    for telling in world.people.told:
        if f"/{tenant}/" not in telling.url:
            yield f"what {telling.url} heard", telling.body.encode()
    for queue, message in world.queues.sent:
        if message.group not in ("", tenant):
            yield f"a message on {queue}", _opened_envelope(message.body)
    for name, data in world.stack.objects().items():
        if f"/tenant={tenant}/" not in name and not name.startswith(f"reference/{tenant}/"):
            yield f"the object {name}", _opened(data)
    for table in world.stack.tables:
        yield from _items_of_others(world, table, tenant)


def _items_of_others(world: World, table: str, tenant: str) -> Iterator[tuple[str, bytes]]:
    for item in world.stack.items(table):
        if not item["pk"]["S"].removeprefix("tenant#").startswith(f"{tenant}#"):
            yield f"an item of {table}", b"".join(map(_opened, _values(item)))


def _values(item: dict[str, Any]) -> Iterator[bytes]:
    for value in item.values():
        for kind, content in value.items():
            if kind == "B":
                yield b64decode(content) if isinstance(content, str) else bytes(content)
            elif kind == "S":
                yield content.encode()


def _opened(data: bytes) -> bytes:
    """Return what is in zstd frames; anything else as it is."""
    try:
        return bytes(zstd.decompress(data))
    except zstd.ZstdError:
        return data


def _opened_envelope(body: str) -> bytes:
    _, found, rest = body.partition('"frame":"')
    return _opened(b64decode(rest.split('"', 1)[0])) if found else body.encode()


def _work_left(world: World) -> Iterator[str]:
    """When all is quiet nobody owes anybody anything."""
    for item in world.stack.items("group-table"):
        owed = [name for name in item if name.startswith("intent") or name == "poke_due_at_s"]
        if owed:
            yield f"at rest: {item['pk']['S']} still has {owed}"
