"""When keys were last used."""

from tests.builders import T0
from tocsin.adapters.memory import MemorySeen
from tocsin.domain.errors import Retryable
from tocsin.ports import ApiKey
from tocsin.runtime.lastused import EVERY_S, LastUsed


def key(key_id: str = "k1") -> ApiKey:
    return ApiKey(id=key_id, tenant="acme", name="ci", digest="d", created_at_s=T0)


class Counting(MemorySeen):
    def __init__(self, *, is_away: bool = False) -> None:
        super().__init__()
        self.is_away = is_away
        self.calls = 0

    def stamp(self, tenant: str, key_id: str, at_s: float) -> None:
        self.calls += 1
        if self.is_away:
            raise Retryable("away")
        super().stamp(tenant, key_id, at_s)


def test_a_key_is_stamped_at_first_and_then_once_an_hour() -> None:
    seen = Counting()
    used = LastUsed(lambda: seen)
    for at_s in (T0, T0 + 1, T0 + EVERY_S - 1, T0 + EVERY_S):
        used.note(key(), at_s)
    assert (seen.calls, seen.stamps("acme")) == (2, {"k1": T0 + EVERY_S})


def test_each_key_has_a_stamp_of_its_own() -> None:
    seen = Counting()
    used = LastUsed(lambda: seen)
    used.note(key("k1"), T0)
    used.note(key("k2"), T0 + 1)
    assert seen.stamps("acme") == {"k1": T0, "k2": T0 + 1}


def test_a_store_that_is_away_is_not_asked_with_every_request() -> None:
    seen = Counting(is_away=True)
    used = LastUsed(lambda: seen)
    for at_s in (T0, T0 + 1, T0 + 2):
        used.note(key(), at_s)
    assert seen.calls == 1
