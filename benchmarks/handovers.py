"""What it costs that many workers hand over to one digest at once: writes, conflicts, time.

The real notify over memory, where each call takes 5 ms, as long as one of DynamoDB does, and only
one of those that have read the same digest writes it. Run it with `make bench`.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from threading import Lock
from time import perf_counter, sleep
from typing import Any

import msgspec

from tests.builders import config, receiver, route
from tests.integration.payloads import member, webhook
from tests.pipeline.memory_world import MemoryWorld
from tocsin.adapters.dynamodb.spill import INLINE_LIMIT_BYTES
from tocsin.domain.compression import compress
from tocsin.domain.errors import Conflict
from tocsin.domain.group import Group, is_digest
from tocsin.domain.pace import PacePolicy
from tocsin.pipeline.batch import Delivery
from tocsin.pipeline.envelope import decode
from tocsin.pipeline.notify import Notify
from tocsin.pipeline.notifyports import NotifyPorts

GROUPS = 1000
WORKERS = (1, 10, 50)
# As many messages as an invocation of notify gets.
BATCH = 10
LARGEST = 10_000
# Writes in vain for each hand-over, in the worst of these storms.
BUDGET = 2.0
_CALL_S = 0.005


class Slow:
    """A port whose calls take their time, and are counted, by what they are about."""

    def __init__(self, port: Any, lock: Lock, counts: Counter[str]) -> None:
        self._port, self._lock, self._counts = port, lock, counts

    def __getattr__(self, name: str) -> Any:
        """Return a method of the port that takes its time."""
        method = getattr(self._port, name)

        def call(*arguments: Any, **named: Any) -> Any:
            sleep(_CALL_S)
            about = f"{name} of a digest" if _is_of_digest(arguments) else name
            with self._lock:
                self._counts[about] += 1
                try:
                    return method(*arguments, **named)
                except Conflict:
                    self._counts[f"{about}, in vain"] += 1
                    raise

        return call


def _is_of_digest(arguments: tuple[Any, ...]) -> bool:
    first = arguments[0] if arguments else None
    keys = first if isinstance(first, (list, tuple)) else [first]
    return any(
        is_digest(each.key if isinstance(each, Group) else each)
        for each in keys
        if isinstance(each, Group) or hasattr(each, "route")
    )


def _stormy(apart: int) -> MemoryWorld:
    """Return a world whose pokes are not taken yet; a request has `apart` alerts."""
    people = receiver(pace=PacePolicy())
    world = MemoryWorld(config(receivers={"oncall": people}, route=route(group_by=("instance",))))
    hosts = [f"n{index}" for index in range(GROUPS)]
    for start in range(0, GROUPS, apart):
        world.send(webhook(*map(member, hosts[start : start + apart])))
        for queue in ("enrich", "evaluate"):
            world.pump(queue)  # type: ignore[arg-type]
    return world


def _batches(world: MemoryWorld) -> Iterator[list[Delivery]]:
    messages = world.outbox.take("notify")
    for start in range(0, len(messages), BATCH):
        yield [
            Delivery(f"{start}-{index}", decode(message.body))
            for index, message in enumerate(messages[start : start + BATCH])
        ]


def _run(workers: int, apart: int) -> tuple[Counter[str], float]:
    """Hand over a storm; return what was called how often, and how long all of it took."""
    world, lock, counts = _stormy(apart), Lock(), Counter[str]()
    batches: SimpleQueue[tuple[int, list[Delivery]]] = SimpleQueue()
    for numbered in enumerate(_batches(world)):
        batches.put(numbered)
    ports = NotifyPorts(
        outbox=world.outbox,
        blobs=world.blobs,
        groups=Slow(world.groups, lock, counts),
        configs=world.configs,
        receivers=world.receivers,
        breakers=world.breakers,
        paces=Slow(world.paces, lock, counts),
        silences=world.silences,
        clock=lambda: world.now_s + perf_counter(),
    )

    def work() -> None:
        notify = Notify(ports)
        while True:
            try:
                number, batch = batches.get_nowait()
            except Empty:
                return
            outcome = notify.handle(batch, f"owner-{number}", lambda: True)
            with lock:
                counts.update(outcome.counts)

    began_s = perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        for running in [pool.submit(work) for _ in range(workers)]:
            running.result()
    return counts, perf_counter() - began_s


def _largest() -> None:
    """Say how large a digest of very many alerts is, as it is stored."""
    world = _stormy(100)
    world.drain()
    (digest,) = (each for each in world.groups.groups.values() if is_digest(each.key))
    known = list(digest.members.values())
    for size in (1000, LARGEST):
        members = {
            f"{index:032x}": msgspec.structs.replace(
                known[index % len(known)], fingerprint=f"{index:032x}"
            )
            for index in range(size)
        }
        began_s = perf_counter()
        packed = compress(msgspec.json.encode(members))
        took_ms = (perf_counter() - began_s) * 1000
        where = "in the item" if len(packed) <= INLINE_LIMIT_BYTES else "in a blob"
        sys.stdout.write(
            f"a digest of {size} alerts: {len(packed) // 1000} KB, {where}; packed in"
            f" {took_ms:.0f} ms\n"
        )


def main() -> None:
    """Measure storms in which alerts come by ones and by hundreds."""
    worst = 0.0
    for apart in (1, 100):
        for workers in WORKERS:
            counts, took_s = _run(workers, apart)
            handed = counts["digested"] or 1
            writes, in_vain = counts["commit of a digest"], counts["commit of a digest, in vain"]
            worst = max(worst, in_vain / handed)
            sys.stdout.write(
                f"alerts by {apart}, {workers} workers: {handed} handed over in {took_s:.1f} s;"
                f" {1000 * writes // handed} writes of the digest a 1,000, of which"
                f" {1000 * in_vain // handed} in vain; {counts['conflicts']} left for later\n"
            )
    _largest()
    sys.exit(worst > BUDGET)


if __name__ == "__main__":
    main()
