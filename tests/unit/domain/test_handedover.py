"""What a group knows of what it handed over, and says of it."""

from msgspec.structs import replace

from tests.builders import T0, change, receiver
from tocsin.domain.decision import DIGESTED
from tocsin.domain.episode import merge
from tocsin.domain.group import Group, GroupKey, Intent, Member, Step, Told, digest_of
from tocsin.domain.handedover import Standing, handed_over, hear, is_behind, standing
from tocsin.domain.handling import Handling
from tocsin.domain.reconcile import Look, plan
from tocsin.domain.reminding import snooze_ends

KEY = GroupKey("acme", "oncall", (("alertname", "X"),))
OTHER = GroupKey("acme", "oncall", (("alertname", "Y"),))


def known(name: str, snoozed_until_s: float = 0.0) -> Member:
    member = merge(None, change(name, source=name, labels={"instance": name})).member
    assert member is not None
    put_off = Handling(snoozed_by="ann", snoozed_until_s=snoozed_until_s)
    return replace(member, fingerprint=name, handling=put_off if snoozed_until_s else None)


def group(*handed: str, **snoozed_until_s: float) -> Group:
    """Return a group of `a` and `b`, both told at T0, some of them by the digest."""
    members = {name: known(name, snoozed_until_s.get(name, 0.0)) for name in ("a", "b")}
    told = {
        name: Told(each.episode, "firing", "delivered", DIGESTED if name in handed else "")
        for name, each in members.items()
    }
    return Group(key=KEY, members=members, told=told, notified_at_s=T0)


def digest(origin: GroupKey = KEY, **told: Told) -> Group:
    """Return a digest that was handed `a`."""
    member = replace(known("a"), handed_by=origin)
    return Group(key=digest_of(KEY), members={"a": member}, told=told)


def said(at_s: float, **fields: object) -> Told:
    told = Told(known("a").episode, "firing", "delivered", since_s=at_s)
    return replace(told, **fields)


def test_until_the_digest_told_it_it_is_untold() -> None:
    own = group("a")
    assert handed_over(own) == ["a"]
    assert standing(digest(), own, ["a"]) == Standing(frozenset({"a"}))
    assert standing(digest(a=said(T0 + 60)), own, ["a"]) == Standing(said_at_s={"a": T0 + 60})


def test_what_the_digest_is_sending_is_untold() -> None:
    sending = digest(a=said(T0 + 60))
    step = Step("a", known("a").episode, "firing", "a")
    sending.intent = Intent(key="k", steps=(step,), alerts=(), created_at_s=T0)
    assert standing(sending, group("a"), ["a"]) == Standing(frozenset({"a"}))


def test_what_is_a_dead_letter_was_told_by_nobody_and_may_be_repeated() -> None:
    assert standing(digest(a=said(T0, outcome="dead")), group("a"), ["a"]) == Standing()


def test_another_story_of_an_alert_is_not_its_own() -> None:
    other = digest(OTHER, a=said(T0 + 60, episode=1))
    other.members["a"] = replace(other.members["a"], episode=1)
    assert standing(other, group("a"), ["a"]) == Standing()
    own = f"a@{KEY.id}"
    other.members[own] = replace(known("a"), fingerprint=own, handed_by=KEY)
    other.told[own] = said(T0 + 90)
    assert standing(other, group("a"), ["a"]) == Standing(said_at_s={"a": T0 + 90})


def test_a_group_has_spoken_when_the_digest_told_it() -> None:
    own = group("a", a=T0 + 50)
    assert hear(own, Standing(said_at_s={"a": T0 + 60}))
    assert own.notified_at_s == T0 + 60
    assert not snooze_ends(own, own.told)
    assert not hear(own, Standing(said_at_s={"a": T0 + 60}))


def test_a_snooze_that_ends_after_the_digest_told_it_is_owed() -> None:
    own = group("a", a=T0 + 70)
    hear(own, Standing(said_at_s={"a": T0 + 60}))
    assert snooze_ends(own, own.told) == {"a": T0 + 70}


def test_what_the_digest_did_not_tell_stays_owed() -> None:
    own = group("a", a=T0 + 50, b=T0 + 40)
    hear(own, Standing(said_at_s={"a": T0 + 60}))
    assert snooze_ends(own, own.told) == {"b": T0 + 40}


def test_nothing_but_its_end_is_said_of_what_is_untold() -> None:
    own = group("a", a=T0 + 50)
    own.members["b"] = replace(own.members["b"], found_at_s=T0 + 10)
    own.members["a"] = replace(own.members["a"], found_at_s=T0 + 55)
    look = Look(again="repeat interval elapsed", untold=frozenset({"a"}))
    planned = plan(own, receiver(send_updates=True), T0 + 100, look)
    assert [(each.fingerprint, each.found) for each in planned.steps] == [("b", "update")]
    assert [each.labels["instance"] for each in planned.alerts] == ["b"]
    assert set(planned.muted) == {"a"}
    own.members["a"] = replace(own.members["a"], status="resolved", resolved_by="r")
    planned = plan(own, receiver(), T0 + 100, look)
    assert [(each.fingerprint, each.step) for each in planned.steps] == [("a", "resolved")]


def test_what_is_new_stands_behind_what_is_untold_or_dead() -> None:
    new_b = Step("b", 1, "firing", "b")
    end_a = Step("a", 1, "resolved", "a")
    assert is_behind(digest(), ["a"], [new_b])
    assert not is_behind(digest(a=said(T0)), ["a"], [new_b, end_a])
    dead = digest(a=said(T0, outcome="dead"))
    assert not is_behind(dead, ["a"], [new_b])
    assert is_behind(dead, ["a"], [end_a])
