"""Which firing an event belongs to of which a stage failed, where several receivers know it."""

from random import Random

import pytest

from cli.enrichment.retried import reached
from cli.enrichment.retry import Plan, Planned
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

    def plan(*events, stage="triage"):
        groups = Groups(opened={oncall: FIRST, pager: SECOND})
        kept = [
            FailedEnrichment(change=each, failed=(StageResult(stage, "failed"),), at_s=T0)
            for each in events
        ]
        pages = Plan(CONFIG, MemoryConfigs(), groups, lambda _: None).pages(iter(kept), T0 + 200)
        return [each for page in pages for each in page]

    return plan


def sources(planned):
    return [
        (each.fate, each.case and (each.case.change.source, each.case.kept)) for each in planned
    ]


def test_an_event_that_began_a_firing_anywhere_is_no_repeat_elsewhere(planned):
    assert sources(planned(SECOND, FIRST)) == [
        ("fires", ("second", ())),
        ("fires", ("first", ())),
    ]


def test_one_that_began_none_is_tried_again_with_the_firing_that_it_repeats(planned):
    (found,) = planned(THIRD, FIRST)
    assert sources([found]) == [("fires", ("first", ("third",)))]
    assert [each.change.source for each in found.kept] == ["third", "first"]


def test_one_that_is_older_than_any_firing_is_over(planned):
    old = change(source="old", at_s=T0 - 1)
    assert sources(planned(old, FIRST)) == [("over", None), ("fires", ("first", ()))]


def test_one_whose_stages_are_off_is_not_sent(planned):
    assert sources(planned(FIRST, stage="find_similar")) == [("off", None)]


def kept(source):
    return FailedEnrichment(change=change(source=source), failed=(), at_s=T0)


@pytest.mark.parametrize("seed", range(200))
def test_how_far_it_is_names_what_is_done_and_nothing_else(seed):
    random = Random(seed)
    firings = {f"r{index:02}": random.randrange(6) for index in range(random.randrange(1, 30))}
    done, kept_to, ahead = set(), "", ()
    while left := [each for each in sorted(firings) if each > kept_to and each not in ahead]:
        pages = {}
        for source in left[: random.randrange(1, 8)]:
            pages.setdefault(firings[source], []).append(kept(source))
        page = [Planned(each, "fires") for each in pages.values()]
        part = page[: random.randrange(1, len(page) + 1)]
        kept_to, ahead = reached(page, part, ahead)
        done |= {each.change.source for planned in part for each in planned.kept}
        assert {*ahead, *(each for each in firings if each <= kept_to)} == done
        assert all(each > kept_to for each in ahead)
    assert done == set(firings)
