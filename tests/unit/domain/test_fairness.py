from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.domain.fairness import fair_share
from tocsin.domain.group import GroupKey

keys = st.lists(
    st.builds(
        GroupKey,
        st.sampled_from("abc"),
        st.sampled_from("rst"),
        st.tuples(st.tuples(st.just("n"), st.integers(0, 9).map(str))),
    ),
    unique=True,
    max_size=60,
)


def many(tenant, receiver, count):
    return [GroupKey(tenant, receiver, (("n", str(index)),)) for index in range(count)]


def test_where_all_can_come_they_come_as_they_are():
    every = many("acme", "a", 3) + many("globex", "b", 2)
    assert fair_share(every, 5) == every


def test_a_tenant_with_few_loses_none_to_one_with_many():
    few = many("globex", "b", 3)
    chosen = fair_share(many("acme", "a", 8000) + few, 1000)
    assert len(chosen) == 1000
    assert set(few) <= set(chosen)


def test_nor_does_a_receiver_of_the_same_tenant():
    few = many("acme", "alive", 3)
    assert set(few) <= set(fair_share(many("acme", "down", 8000) + few, 1000))


@settings(derandomize=True, database=None, deadline=None)
@given(keys, st.integers(0, 60))
def test_shares_are_even_and_the_first_come_first(every, limit):
    chosen = fair_share(every, limit)
    assert len(chosen) == min(limit, len(every))
    assert set(chosen) <= set(every)
    wanted = Counter(key.tenant for key in every)
    given_to = Counter(key.tenant for key in chosen)
    for one in wanted:
        if given_to[one] < wanted[one]:
            assert all(given_to[one] >= given_to[other] - 1 for other in wanted)
    for pile in {(key.tenant, key.receiver) for key in every}:
        own = [key for key in every if (key.tenant, key.receiver) == pile]
        taken = [key for key in chosen if (key.tenant, key.receiver) == pile]
        assert taken == own[: len(taken)]
