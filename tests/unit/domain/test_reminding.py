"""Which ends of snoozes stay owed when a group speaks."""

from msgspec.structs import replace

from tests.builders import T0, change, receiver
from tocsin.domain.episode import merge
from tocsin.domain.group import Group, GroupKey, Told, digest_of
from tocsin.domain.handling import Handling
from tocsin.domain.intent import for_digest, intent_for, settle_steps
from tocsin.domain.reconcile import Look, Plan, plan
from tocsin.domain.reminding import snooze_ends, with_unsaid

KEY = GroupKey("acme", "oncall", (("alertname", "X"),))
ENDS_S = T0 + 400


def group(**told: Told) -> Group:
    """Return a group of `a`, which was put off, and `b`, which is new unless it was told."""
    members = {}
    for name in ("a", "b"):
        member = merge(None, change(name, source=name, labels={"instance": name})).member
        assert member is not None
        members[name] = replace(member, fingerprint=name)
    put_off = Handling(snoozed_by="ann", snoozed_until_s=ENDS_S)
    members["a"] = replace(members["a"], handling=put_off)
    known = Told(members["a"].episode, "firing", "delivered")
    return Group(key=KEY, members=members, told={"a": known, **told}, notified_at_s=T0)


def planned(state: Group, **muted: str) -> Plan:
    return plan(state, receiver(), T0 + 500, Look(muted=muted))


def test_of_what_is_shown_none_is_and_of_what_is_muted_its_own() -> None:
    assert planned(group()).unsaid_ends == {}
    assert planned(group(), a="silenced by s1").unsaid_ends == {"a": ENDS_S}


def test_it_is_settled_with_what_was_told_and_owed_from_then_on() -> None:
    state = group()
    look = planned(state, a="silenced by s1")
    state.told = settle_steps(look.told, intent_for(state, look, T0 + 500), "delivered")
    state.notified_at_s = T0 + 500
    assert snooze_ends(state, state.told) == {"a": ENDS_S}
    later = intent_for(
        state, plan(state, receiver(), T0 + 900, Look(again="snooze ended")), T0 + 900
    )
    state.told = settle_steps(state.told, later, "delivered")
    state.notified_at_s = T0 + 900
    assert snooze_ends(state, state.told) == {}


def test_what_goes_by_the_digest_reminds_nobody() -> None:
    state = group()
    look = planned(state)
    handed = for_digest(intent_for(state, look, T0 + 500), look, T0 + 560)
    assert handed.unsaid_ends == {"a": ENDS_S}
    assert with_unsaid(look.told, handed)["a"].unsaid_end_s == ENDS_S


def test_another_snooze_is_another_end() -> None:
    state = group()
    state.told["a"] = replace(state.told["a"], unsaid_end_s=ENDS_S - 100)
    state.notified_at_s = ENDS_S + 1
    assert snooze_ends(state, state.told) == {}


def test_a_digest_owes_none() -> None:
    state = replace(group(), key=digest_of(KEY))
    assert planned(state, a="silenced by s1").unsaid_ends == {}


def test_what_was_found_since_and_is_told_to_nobody_leaves_it_owed() -> None:
    state = group()
    state.notified_at_s = T0 + 500
    state.told["a"] = replace(state.told["a"], unsaid_end_s=ENDS_S)
    state.members["a"] = replace(state.members["a"], found_at_s=T0 + 600)
    look = plan(state, receiver(send_updates=False), T0 + 700, Look(muted={"a": "silenced by s1"}))
    assert look.told["a"].found == "update"
    assert snooze_ends(state, look.told) == {"a": ENDS_S}
