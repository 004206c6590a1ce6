"""Silences as people use them, also two at the same moment."""

import pytest

from tests.builders import T0
from tocsin.adapters.memory import MemorySilences
from tocsin.domain.errors import Conflict, InvalidInput
from tocsin.domain.matchers import Matcher
from tocsin.domain.silence import KEPT_S, WantedSilence
from tocsin.pipeline import silencing


def wanted(**fields):
    defaults = {"matchers": (Matcher("a", "=", "b"),), "created_by": "ann", "comment": ""}
    times = {"starts_at_s": T0, "ends_at_s": T0 + 3600}
    return WantedSilence(**{**defaults, **times, **fields})


class Overtaken(MemorySilences):
    """Let another write come first, as often as is told."""

    def __init__(self, times):
        super().__init__()
        self.times = times

    def write(self, tenant, silences, delete_at_s):
        if self.times:
            self.times -= 1
            raise Conflict("another was first")
        super().write(tenant, silences, delete_at_s)


def put(silences, asked, now_s=T0, new_id="new"):
    return silencing.put(silences, "acme", asked, lambda: new_id, now_s)


def test_it_is_kept_for_as_long_as_it_is_shown():
    silences = MemorySilences()
    assert put(silences, wanted()) == "new"
    assert silences.deleted_at_s == {("acme", "new"): T0 + 3600 + KEPT_S}
    silencing.end(silences, "acme", "new", T0 + 60)
    assert silences.deleted_at_s == {("acme", "new"): T0 + 60 + KEPT_S}


def test_a_change_keeps_the_id_or_gives_another():
    silences = MemorySilences()
    put(silences, wanted(), new_id="s1")
    assert put(silences, wanted(id="s1", ends_at_s=T0 + 60), T0 + 1) == "s1"
    other = wanted(id="s1", matchers=(Matcher("c", "=", "d"),))
    assert put(silences, other, T0 + 2, new_id="s2") == "s2"
    assert silencing.find(silences, "acme", "s1", T0 + 2).ends_at_s == T0 + 2
    assert silencing.find(silences, "acme", "s2", T0 + 2).matchers == other.matchers


@pytest.mark.parametrize("known", [False, True])
def test_an_unknown_or_forgotten_id_is_not_found(known):
    silences = MemorySilences()
    now_s = T0 + 3600 + KEPT_S
    if known:
        put(silences, wanted(), new_id="s1")
    for act in (
        lambda: put(silences, wanted(id="s1", ends_at_s=now_s + 9), now_s),
        lambda: silencing.find(silences, "acme", "s1", now_s),
        lambda: silencing.end(silences, "acme", "s1", now_s),
    ):
        with pytest.raises(InvalidInput) as caught:
            act()
        assert (caught.value.status, caught.value.message) == (404, "silence not found")


def test_another_tenants_silence_is_not_found():
    silences = MemorySilences()
    put(silences, wanted(), new_id="s1")
    with pytest.raises(InvalidInput):
        silencing.end(silences, "beta", "s1", T0)


def test_ending_twice_is_fine_and_changes_nothing():
    silences = MemorySilences()
    put(silences, wanted())
    silencing.end(silences, "acme", "new", T0 + 1)
    silencing.end(silences, "acme", "new", T0 + 2)
    assert silencing.find(silences, "acme", "new", T0 + 2).ends_at_s == T0 + 1


def test_who_is_overtaken_looks_again():
    silences = Overtaken(3)
    assert put(silences, wanted()) == "new"
    silences.times = 3
    silencing.end(silences, "acme", "new", T0 + 1)
    silences.times = 4
    with pytest.raises(Conflict):
        put(silences, wanted(id="new"), T0)


def test_a_tenant_has_a_limit_of_them_but_can_change_and_end_them(monkeypatch):
    monkeypatch.setattr(silencing, "SILENCES_LIMIT", 1)
    silences = MemorySilences()
    put(silences, wanted(), new_id="s1")
    with pytest.raises(InvalidInput, match="exceeded maximum number of silences: 1"):
        put(silences, wanted(), new_id="s2")
    assert put(silences, wanted(id="s1", comment="changed")) == "s1"
    silencing.end(silences, "acme", "s1", T0 + 1)
