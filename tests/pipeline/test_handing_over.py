"""What one batch hands over to a digest is one write, whoever else writes it."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.integration.payloads import member, webhook
from tests.pipeline.faulting import Crash
from tests.pipeline.memory_world import MemoryWorld
from tests.pipeline.test_digest import HOSTS, heard, world
from tocsin.domain.errors import Conflict
from tocsin.domain.group import Group, is_digest


class Digests:
    """Counts the writes of digests; `fails` of them meet another's."""

    def __init__(self, stormy: MemoryWorld, fails: int = 0) -> None:
        self.writes = 0
        self._fails = fails
        self._commit = stormy.groups.commit
        stormy.groups.commit = self.commit  # type: ignore[method-assign]

    def commit(self, groups: Sequence[Group], *rest: Any) -> None:
        """Write groups, or not."""
        if any(is_digest(each.key) for each in groups):
            self.writes += 1
            if self.writes <= self._fails:
                raise Conflict("another worker was first")
        self._commit(groups, *rest)

    def heal(self) -> None:
        """Let nothing meet another's any more."""
        self._fails = 0


def test_what_a_batch_hands_over_is_one_write() -> None:
    stormy = world()
    digests = Digests(stormy)
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.drain()
    assert digests.writes == 1
    stormy.pass_time(180.0)
    assert heard(stormy) == {host: ["firing"] for host in HOSTS}


@pytest.mark.parametrize("fails", [3, 8, 100])
def test_whoever_meets_another_writes_again_and_nothing_is_lost(fails: int) -> None:
    stormy = world()
    digests = Digests(stormy, fails)
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.drain()
    assert digests.writes <= fails + 1
    stormy.pass_time(900.0, step_s=5.0, tick_s=20.0)
    assert heard(stormy) == {host: ["firing"] for host in HOSTS}
    assert stormy.balance().is_settled


def test_what_an_invocation_left_that_broke_off_is_no_part_of_the_next() -> None:
    stormy = world()
    stormy.send(webhook(*map(member, HOSTS)))
    for queue in ("enrich", "evaluate"):
        stormy.pump(queue)  # type: ignore[arg-type]
    read, notify = stormy.paces.read, stormy._notify
    asked: list[str] = []

    def breaks_off(key: str, now_s: float) -> Any:
        asked.append(key)
        if len(asked) == len(HOSTS):
            raise Crash
        return read(key, now_s)

    stormy.paces.read = breaks_off  # type: ignore[method-assign]
    stormy.pump("notify")
    stormy.pass_time(400.0, step_s=5.0, tick_s=20.0)
    # The same worker goes on, long after another had those groups.
    stormy._notify = notify
    stormy.send(webhook(member("later")))
    stormy.drain()
    stormy.pass_time(200.0, step_s=5.0, tick_s=20.0)
    assert heard(stormy) == {host: ["firing"] for host in (*HOSTS, "later")}
    assert stormy.balance().is_settled
