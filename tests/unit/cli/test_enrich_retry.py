"""Which firing an event belongs to of which a stage failed, where several receivers know it."""

import pytest

from cli.enrichment import retry
from cli.enrichment.retry import Plan
from tests.builders import T0, change, config, receiver, route
from tocsin.adapters.memory import MemoryConfigs
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.episode import merge
from tocsin.domain.found import StageResult
from tocsin.domain.group import Group
from tocsin.domain.routing import groups_for
from tocsin.ports import FailedEnrichment

CONFIG = config(
    route=route(routes=(route("oncall", continues=True), route("pager"))),
    receivers={"oncall": receiver(), "pager": receiver("pager")},
    enrichment=EnrichmentSettings(late=("triage",)),
)
FIRST = change(source="first", at_s=T0)
SECOND = change(source="second", at_s=T0 + 60)
THIRD = change(source="third", at_s=T0 + 120)


class Groups:
    """A firing that the pager heard of later than the other receiver."""

    def __init__(self, *, opened):
        self.groups = {
            key: Group(key=key, version=1, members={FIRST.fingerprint: member})
            for key, event in opened.items()
            if (member := merge(None, event).member)
        }

    def read(self, keys):
        return {key: self.groups[key] for key in keys if key in self.groups}


@pytest.fixture
def planned():
    oncall, pager = sorted(groups_for(CONFIG, FIRST.alert), key=lambda key: key.receiver)

    def plan(*events, stage="triage", after=""):
        groups = Groups(opened={oncall: FIRST, pager: SECOND})
        kept = [
            FailedEnrichment(change=each, failed=(StageResult(stage, "failed"),), at_s=T0)
            for each in events
        ]
        made = Plan(CONFIG, MemoryConfigs(), groups, lambda _: None)
        pages = made.pages(iter(kept), T0 + 200, after)
        return [each for page in pages for each in page]

    return plan


def sources(planned):
    return [
        (each.fate, each.case and (each.case.change.source, each.case.kept)) for each in planned
    ]


def test_an_event_that_began_a_firing_anywhere_is_no_repeat_elsewhere(planned):
    assert sources(planned(SECOND, FIRST)) == [
        ("fires", ("first", ())),
        ("fires", ("second", ())),
    ]


def test_one_that_began_none_is_tried_again_with_the_firing_that_it_repeats(planned):
    (found,) = planned(THIRD, FIRST)
    assert sources([found]) == [("fires", ("first", ("third",)))]
    assert [each.change.source for each in found.kept] == ["third", "first"]


def test_one_that_is_older_than_any_firing_is_over(planned):
    old = change(source="old", at_s=T0 - 1)
    assert sources(planned(old, FIRST)) == [("fires", ("first", ())), ("over", None)]


def test_one_whose_stages_are_off_is_not_sent(planned):
    assert sources(planned(FIRST, stage="find_similar")) == [("off", None)]


@pytest.mark.parametrize("page", [1, 2, 3, 7])
def test_what_is_kept_of_one_firing_is_one_alert_however_far_apart_it_lies(
    planned, monkeypatch, page
):
    monkeypatch.setattr(retry, "PAGE_ALERTS", page)
    repeats = [change(source=f"t{index}", at_s=T0 + 70 + index) for index in range(6)]
    old = change(source="old", at_s=T0 - 1)
    found = planned(*repeats[:3], FIRST, old, *repeats[3:])
    assert sources(found) == [
        ("fires", ("first", tuple(each.source for each in repeats))),
        ("over", None),
    ]


def test_it_goes_on_after_an_alert_in_one_order(planned):
    old = change(source="old", at_s=T0 - 1)
    assert [each.place for each in planned(THIRD, old, SECOND)] == ["first", "old", "second"]
    assert [each.place for each in planned(THIRD, old, SECOND, after="first")] == ["old", "second"]


def test_one_that_ends_before_its_page_comes_is_over(planned, monkeypatch):
    read, reads = Groups.read, []

    def read_once(groups, keys):
        reads.append(keys)
        return read(groups, keys) if len(reads) == 1 else {}

    monkeypatch.setattr(Groups, "read", read_once)
    assert sources(planned(FIRST, THIRD)) == [("over", None)]
