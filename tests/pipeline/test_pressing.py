"""What a link acts on: what its notification told, and nobody else's, as long as that fires."""

from typing import Any

import pytest
from msgspec import structs

from tests.integration.payloads import member, webhook
from tests.pipeline.escalation_world import REPEATING, wait, world_of
from tests.pipeline.memory_world import MemoryWorld
from tests.pipeline.test_digest import STORM, world
from tests.pipeline.test_timers import ends, fires, host, send, timed
from tocsin.domain.actionlink import ActionLink, LinkKind, link_for
from tocsin.domain.errors import InvalidInput, Retryable
from tocsin.domain.group import Intent
from tocsin.pipeline.onealert import OneAlerts
from tocsin.pipeline.pressing import About, Presses


def presses(world: MemoryWorld) -> Presses:
    return Presses(
        groups=world.groups,
        alerts=OneAlerts(world.groups, world.silences, world.configs),
        silences=world.silences,
        outbox=world.outbox,
        blobs=world.blobs,
    )


def link(world: MemoryWorld, place: int, kind: LinkKind = "acknowledge") -> ActionLink:
    """Return the link of the notification at a place among those that were delivered."""
    told, at_s = world.receivers.delivered[place], world.receivers.at_s[place]
    intent = Intent(key=told.key, steps=(), alerts=told.alerts, created_at_s=at_s)
    return link_for(told.group, intent, kind)


def seen(world: MemoryWorld, link: ActionLink) -> list[str]:
    return sorted(host(each.alert) for each in presses(world).look(link, world.now_s).alerts)


def press(world: MemoryWorld, link: ActionLink) -> About:
    about = presses(world).press(link, "ann", "", world.now_s, lambda: True)
    world.pump("evaluate")
    return about


def in_hand(world: MemoryWorld) -> list[str]:
    return sorted(
        host(each.alert)
        for group in world.groups.groups.values()
        for each in group.members.values()
        if each.is_acknowledged
    )


def test_what_was_under_way_when_a_message_was_written_is_none_of_its_business() -> None:
    world = timed()
    send(world, fires("a", world.now_s))
    # Accepted before the message is written down, and held up on its way until after it.
    world.send(webhook(fires("b", world.now_s)))
    world.pass_time(0)
    late = world.outbox.take("enrich")
    world.pass_time(60)
    world.outbox.send("enrich", late)
    world.pass_time(5)
    assert seen(world, link(world, 0)) == ["a"]
    world.pass_time(400)
    assert [len(each.news) for each in world.receivers.delivered] == [1, 1]
    assert seen(world, link(world, 0)) == ["a"]
    press(world, link(world, 0))
    assert in_hand(world) == ["a"]
    assert seen(world, link(world, 1)) == ["a", "b"]


def test_what_a_later_message_is_about_to_say_is_none_of_an_earlier_ones() -> None:
    world = timed()
    send(world, fires("a", world.now_s))
    world.send(webhook(fires("b", world.now_s)))
    late = world.outbox.take("enrich")
    world.pass_time(60)
    world.outbox.send("enrich", late)
    world.receivers.failures.extend([Retryable("down")] * 3)
    world.pass_time(290)
    (group,) = world.groups.groups.values()
    assert group.intent is not None
    assert seen(world, link(world, 0)) == ["a"]


def test_the_link_of_the_first_round_is_good_in_the_second() -> None:
    world = world_of(REPEATING)
    send(world, fires("a", world.now_s))
    wait(world, 2800)
    pages = [
        place
        for place, each in enumerate(world.receivers.delivered)
        if each.receiver.name == "first"
    ]
    assert len(pages) == 2
    for place in pages:
        assert seen(world, link(world, place)) == ["a"]
    press(world, link(world, pages[0]))
    assert in_hand(world)


def test_what_flaps_unheard_is_what_was_told() -> None:
    world = timed()
    send(world, fires("a", world.now_s))
    world.pass_time(60)
    began_s = world.now_s
    send(world, ends("a", began_s - 60, began_s))
    world.pass_time(5)
    send(world, fires("a", world.now_s))
    world.pass_time(400)
    # To the receiver it is one run: nothing else was said since.
    assert len(world.receivers.delivered) == 1
    assert seen(world, link(world, 0)) == ["a"]


def test_what_ended_and_fires_again_is_none_of_it_once_the_end_was_told() -> None:
    world = timed()
    send(world, fires("a", world.now_s))
    world.pass_time(60)
    began_s = world.now_s
    send(world, ends("a", began_s - 60, began_s))
    world.pass_time(400)
    send(world, fires("a", world.now_s))
    world.pass_time(400)
    assert len(world.receivers.delivered) == 3
    assert seen(world, link(world, 0)) == []
    assert seen(world, link(world, 2)) == ["a"]
    with pytest.raises(InvalidInput, match="any more"):
        press(world, link(world, 0))


def test_what_was_settled_and_told_to_nobody_is_no_business_of_a_link() -> None:
    world = timed()
    send(world, fires("a", world.now_s), fires("b", world.now_s))
    world.pass_time(60)
    (group,) = world.groups.groups.values()
    for name, told in group.told.items():
        if host(group.members[name].alert) == "b":
            group.told[name] = structs.replace(told, outcome="suppressed", since_s=0.0)
    assert seen(world, link(world, 0)) == ["a"]


def test_what_a_digest_told_is_none_of_an_earlier_message_of_its_group() -> None:
    stormy = world(STORM)
    stormy.send(webhook(*(member(f"h{index}") for index in range(6))))
    stormy.pass_time(5)
    assert seen(stormy, link(stormy, 0)) == [host(stormy.receivers.delivered[0].alerts[0])]


def test_a_silence_that_stands_is_never_called_undone() -> None:
    world = timed()
    send(world, fires("a", world.now_s))
    world.pass_time(60)
    silence = link(world, 0, "silence")

    class Over(OneAlerts):
        """The alert ends between the look and the message."""

        def firing(self, *_: Any) -> list[Any]:
            return []

    ending = structs.replace(
        presses(world), alerts=Over(world.groups, world.silences, world.configs)
    )
    about = ending.press(silence, "ann", "", world.now_s, lambda: True)
    assert [host(each.alert) for each in about.alerts] == ["a"]
    assert len(world.silences.all("acme")) == 1
    with pytest.raises(InvalidInput, match="any more"):
        ending.press(link(world, 0), "ann", "", world.now_s, lambda: True)


def test_who_silences_after_a_crash_leaves_the_note_behind() -> None:
    world = timed()
    send(world, fires("a", world.now_s))
    world.pass_time(60)
    silence = link(world, 0, "silence")
    with pytest.raises(Retryable):
        presses(world).press(silence, "ann", "", world.now_s, raising)
    for by in ("bob", "eve"):
        about = presses(world).press(silence, by, "", world.now_s + 5, lambda: True)
        assert about.used is not None
        assert about.used.by == "ann"
        world.pump("evaluate")
    (group,) = world.groups.groups.values()
    (stored,) = group.members.values()
    assert stored.handling is not None
    assert [(each.by, each.at_s) for each in stored.handling.actions] == [("ann", world.now_s)]


def raising() -> bool:
    raise Retryable("the queue does not answer")
