"""The migration while others write, and while the service is busy."""

from email.utils import formatdate
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.migration.patience import PAUSES_S
from cli.migration.run import Migration, Watcher
from cli.migration.servicetime import ServiceClock, TimedClient
from tests.integration.migrating import CURRENT, NOW_S, Stack, fresh_stack, upgraded
from tocsin.adapters.dynamodb.formats import STEPS
from tocsin.domain.errors import Retryable

SMALL = {"fingerprints": 3, "groups": 3, "journal": 3, "control": 3}


@pytest.fixture
def stack():
    with fresh_stack() as made:
        yield made


class Dated:
    """The service of a stack, with the stack's own time in its answers."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def __getattr__(self, name: str) -> Any:
        def call(**parameters: Any) -> Any:
            answer = getattr(self._stack.client, name)(**parameters)
            said = formatdate(self._stack.now_s, usegmt=True)
            answer["ResponseMetadata"]["HTTPHeaders"]["date"] = said
            return answer

        return call


class TestAmongOthers:
    def once(self, stack: Stack, change: Any) -> None:
        """Let `change` happen once between the reading of an item and its write."""

        def before(name: str, _: Any) -> None:
            if name == "update_item":
                stack.client.before = None
                change()

        stack.client.before = before

    def test_what_an_older_worker_changes_meanwhile_is_kept(self, stack):
        stack.fill({"groups": 1})
        newer = stack.item("groups", 0, version={"N": "8"}, data={"B": b"new"})
        self.once(stack, lambda: stack.put("groups", newer))
        assert stack.apply()["groups"].changed == 1
        assert stack.stored()["groups"] == [upgraded(newer)]
        assert stack.pauses == []

    @pytest.mark.parametrize("name", ["lease_until_s", "settled", "intent", "intent_at"])
    def test_what_an_older_worker_adds_meanwhile_is_seen_by_the_step(
        self, stack, monkeypatch, name
    ):
        def step(item):
            return {**item, "seen": {"BOOL": name in item}}

        monkeypatch.setitem(STEPS, "groups", (step,))
        stack.fill({"groups": 1})
        added = stack.item("groups", 0, **{name: {"N": "5"}})
        self.once(stack, lambda: stack.put("groups", added))
        stack.apply()
        assert stack.stored()["groups"][0]["seen"] == {"BOOL": True}

    def test_what_the_present_release_wrote_meanwhile_is_left(self, stack):
        stack.fill({"fingerprints": 1})
        newer = upgraded(stack.item("fingerprints", 0, data={"B": b"new"}))
        self.once(stack, lambda: stack.put("fingerprints", newer))
        tally = stack.apply()["fingerprints"]
        assert (tally.changed, tally.overtaken) == (0, 1)
        assert stack.stored()["fingerprints"] == [newer]

    def test_what_is_deleted_meanwhile_does_not_come_back(self, stack):
        stack.fill({"fingerprints": 1})
        key = {"pk": {"S": "acme#0"}}
        table = stack.tables["fingerprints"]
        self.once(stack, lambda: stack.client.inner.delete_item(TableName=table, Key=key))
        assert stack.apply()["fingerprints"].overtaken == 1
        assert stack.stored()["fingerprints"] == []

    def test_the_lease_of_an_older_release_is_waited_for(self, stack):
        lease = {"lease_owner": {"S": "w"}, "lease_until_s": {"N": str(NOW_S + 30)}}
        stack.put("groups", stack.item("groups", 0, **lease))
        tally = stack.apply()["groups"]
        assert (tally.changed, tally.busy) == (1, 0)
        assert stack.pauses == [30.5]
        assert stack.stored()["groups"] == [upgraded(stack.item("groups", 0))]

    def test_a_lease_is_judged_by_the_services_time_and_not_by_the_operators(self, stack):
        lease = {"lease_owner": {"S": "w"}, "lease_until_s": {"N": str(NOW_S + 30)}}
        stack.put("groups", stack.item("groups", 0, **lease))
        clock = ServiceClock(lambda: stack.now_s + 3600)
        client = TimedClient(Dated(stack), clock, lambda: stack.now_s + 3600)
        migration = Migration(client, stack.tables, clock, stack.pause)
        done = {each.kind: each for each in migration.apply(Watcher(), restarts=False)}
        # By the operator's clock, an hour ahead, the lease has ended long since.
        assert sum(stack.pauses) >= 30
        assert done["groups"].changed == 1

    def test_a_group_that_is_always_leased_is_left_and_counted(self, stack):
        def lease(name: str = "get_item", _: Any = None) -> None:
            if name == "get_item":
                until = {"lease_until_s": {"N": str(stack.now_s + 40)}}
                stack.put("groups", stack.item("groups", 0, **until))

        lease()
        stack.client.before = lease
        tally = stack.apply()["groups"]
        assert (tally.changed, tally.busy) == (0, 1)
        assert "v" not in stack.stored()["groups"][0]


class TestBusyService:
    def throttle(self, stack: Stack, operation: str, times: int) -> None:
        left = [times]

        def before(name: str, _: Any) -> None:
            if name == operation and left[0]:
                left[0] -= 1
                raise ClientError(
                    {"Error": {"Code": "ProvisionedThroughputExceededException"}}, "Any"
                )

        stack.client.before = before

    @pytest.mark.parametrize("operation", ["scan", "update_item", "put_item", "delete_item"])
    def test_throttling_is_waited_for(self, stack, operation):
        stack.fill(SMALL)
        self.throttle(stack, operation, 3)
        stack.apply()
        assert stack.pauses == list(PAUSES_S[:3])
        assert stack.formats() == CURRENT

    def test_throttling_that_lasts_ends_a_run_that_can_go_on(self, stack):
        stack.fill(SMALL)
        self.throttle(stack, "update_item", 8)
        with pytest.raises(Retryable):
            stack.apply()
        stack.apply()
        assert stack.formats() == CURRENT

    def test_a_write_whose_answer_is_lost_is_done(self, stack):
        stack.fill({"groups": 1})

        def after(name: str, _: Any) -> None:
            if name == "update_item":
                stack.client.after = None
                raise ClientError({"Error": {"Code": "InternalFailure"}}, "UpdateItem")

        stack.client.after = after
        tally = stack.apply()["groups"]
        assert (tally.changed, tally.overtaken) == (0, 1)
        assert stack.stored()["groups"] == [upgraded(stack.item("groups", 0))]
