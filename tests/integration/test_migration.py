"""The migration of tables of hundreds of items: whole, and interrupted."""

from typing import Any

import pytest

from cli.migration.checkpoints import PARTITION
from tests.integration.formats import add_format
from tests.integration.migrating import (
    COUNTS,
    CURRENT,
    NOW_S,
    PAGE_ITEMS,
    Died,
    Stack,
    fresh_stack,
    upgraded,
)
from tocsin.adapters.dynamodb.formats import STEPS, NewerFormat, current
from tocsin.domain.errors import ConfigurationError

SMALL = {
    "fingerprints": 3, "groups": 3, "journal": 1, "rules": 0, "metrics": 1, "enrichment": 0,
    "control": 2,
}  # fmt: skip


@pytest.fixture
def stack():
    with fresh_stack() as made:
        yield made


class TestWhole:
    def test_a_dry_run_counts_and_changes_nothing(self, stack):
        stack.fill(COUNTS)
        before = stack.stored()
        tallies = stack.survey()
        assert {kind: tally.changed for kind, tally in tallies.items()} == COUNTS
        assert {kind: tally.versions for kind, tally in tallies.items()} == {
            kind: {0: count} for kind, count in COUNTS.items()
        }
        assert stack.stored() == before
        assert set(stack.client.calls) == {"describe_table", "scan"}

    def test_every_item_gets_the_current_format_and_keeps_the_rest(self, stack):
        stack.fill(COUNTS)
        before = stack.stored()
        tallies = stack.apply()
        assert {kind: tally.changed for kind, tally in tallies.items()} == COUNTS
        assert stack.stored() == {
            kind: [upgraded(item, current(kind)) for item in every]
            for kind, every in before.items()
        }
        assert stack.client.calls.count("scan") >= sum(COUNTS.values()) // PAGE_ITEMS

    def test_a_second_run_changes_nothing(self, stack):
        stack.fill(COUNTS)
        stack.apply()
        before = stack.stored()
        stack.client.calls.clear()
        tallies = stack.apply()
        assert [tally.changed for tally in tallies.values()] == [0] * len(COUNTS)
        assert {kind: tally.versions for kind, tally in tallies.items()} == {
            kind: {current(kind): count} for kind, count in COUNTS.items()
        }
        assert stack.stored() == before
        assert "update_item" not in stack.client.calls

    def test_items_of_several_formats_take_the_steps_that_they_lack(self, stack, monkeypatch):
        for index, version in enumerate((0, 1, 2)):
            more = {"v": {"N": str(version)}} if version else {}
            stack.put("groups", stack.item("groups", index, **more))
        add_format(monkeypatch, "groups")
        assert stack.survey()["groups"].changed == 2
        assert stack.apply()["groups"].versions == {0: 1, 1: 1, 2: 1}
        assert [("marked" in item, item["v"]["N"]) for item in stack.stored()["groups"]] == [
            (True, "2"),
            (True, "2"),
            (False, "2"),
        ]

    def test_empty_tables_are_done_at_once(self, stack):
        assert [tally.items for tally in stack.apply().values()] == [0] * len(COUNTS)

    def test_what_has_expired_is_left_to_ttl(self, stack):
        for index, left_s in enumerate((-1, 0, 1)):
            expires = {"expires_at_s": {"N": str(int(NOW_S) + left_s)}}
            stack.put("fingerprints", stack.item("fingerprints", index, **expires))
        assert (stack.survey()["fingerprints"].expired, stack.survey()["fingerprints"].changed) == (
            2,
            1,
        )
        tally = stack.apply()["fingerprints"]
        assert (tally.expired, tally.changed) == (2, 1)
        assert ["v" in item for item in stack.stored()["fingerprints"]] == [False, False, True]

    def test_a_step_that_changes_a_key_is_refused(self, stack, monkeypatch):
        def moved(item):
            return {**item, "pk": {"S": "elsewhere"}}

        stack.fill({"groups": 1})
        monkeypatch.setitem(STEPS, "groups", (moved,))
        with pytest.raises(ValueError, match="changes the key"):
            stack.apply()
        assert stack.stored()["groups"] == [stack.item("groups", 0)]


class TestNewer:
    def test_a_dry_run_counts_it(self, stack):
        stack.put("groups", stack.item("groups", 1, v={"N": "2"}))
        tally = stack.survey()["groups"]
        assert (tally.newer, tally.changed) == (1, 0)

    def test_it_ends_a_run_and_stays_as_it_is(self, stack):
        item = stack.item("groups", 1, v={"N": "2"})
        stack.put("groups", item)
        with pytest.raises(NewerFormat):
            stack.apply()
        assert stack.stored()["groups"] == [item]
        assert stack.pauses == []


class TestInterrupted:
    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_a_death_at_any_call_loses_nothing(self, stack, moment):
        stack.fill(SMALL)
        stack.apply(page_items=2)
        calls, wanted = len(stack.client.calls), stack.stored()
        for number in range(1, calls + 1):
            stack.clear()
            stack.fill(SMALL)

            def die(*_: Any, number: int = number) -> None:
                if len(stack.client.calls) == number:
                    raise Died

            setattr(stack.client, moment, die)
            with pytest.raises(Died):
                stack.apply(page_items=2)
            stack.apply(page_items=2)
            assert stack.stored() == wanted, number

    def test_the_next_run_goes_on_after_the_last_whole_page(self, stack):
        stack.fill(COUNTS)
        self.die_at(stack, "scan", 4)
        with pytest.raises(Died):
            stack.apply()
        (checkpoint,) = [item for item in stack.stored()["control"] if item["pk"]["S"] == PARTITION]
        assert checkpoint["v"] == {"N": str(current("control"))}
        stack.client.before = None
        stack.client.calls.clear()
        tallies = stack.apply()
        assert tallies["fingerprints"].items == COUNTS["fingerprints"]
        assert tallies["fingerprints"].changed == COUNTS["fingerprints"]
        assert stack.client.calls.count("update_item") == sum(COUNTS.values()) - 3 * PAGE_ITEMS
        assert stack.formats() == CURRENT
        assert len(stack.stored()["control"]) == COUNTS["control"]

    def test_a_table_that_is_done_is_not_gone_through_again(self, stack):
        stack.fill(COUNTS)
        self.die_at(stack, "scan", 6)
        with pytest.raises(Died):
            stack.apply()
        scanned = []
        stack.client.before = lambda name, given: scanned.append(
            given["TableName"] if name == "scan" else ""
        )
        assert stack.apply()["fingerprints"].changed == COUNTS["fingerprints"]
        assert stack.tables["fingerprints"] not in scanned

    def test_restart_begins_anew(self, stack):
        stack.fill(COUNTS)
        self.die_at(stack, "scan", 4)
        with pytest.raises(Died):
            stack.apply()
        stack.client.before = None
        tally = stack.apply(restarts=True)["fingerprints"]
        assert tally.versions == {0: COUNTS["fingerprints"] - 150, 1: 150}

    def test_a_checkpoint_for_another_format_counts_for_nothing(self, stack, monkeypatch):
        stack.fill(COUNTS)
        self.die_at(stack, "scan", 4)
        with pytest.raises(Died):
            stack.apply()
        stack.client.before = None
        add_format(monkeypatch, "fingerprints")
        stack.apply()
        assert {item["v"]["N"] for item in stack.stored()["fingerprints"]} == {"2"}

    def test_a_checkpoint_that_cannot_be_read_says_what_to_do(self, stack):
        stack.put("control", {"pk": {"S": PARTITION}, "sk": {"S": "groups"}, "doc": {"S": "?"}})
        with pytest.raises(ConfigurationError, match="--restart"):
            stack.apply()
        stack.apply(restarts=True)

    def die_at(self, stack: Stack, operation: str, number: int) -> None:
        def die(name: str, _: Any) -> None:
            if name == operation and stack.client.calls.count(operation) == number:
                raise Died

        stack.client.before = die
