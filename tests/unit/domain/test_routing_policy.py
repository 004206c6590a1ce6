"""Which route's policy a group has, where several routes have one place in the tree."""

from tests.builders import alert, config, receiver, route
from tocsin.domain.routing import groups_for, policy_of


def test_routes_at_one_place_that_group_otherwise_have_each_their_policy() -> None:
    children = (
        route("oncall", 'team="db"', group_by=("alertname", "instance"), continues=True),
        route("oncall", 'team="db"', group_by=("alertname",), policy="pages"),
    )
    configured = config(route=route(routes=children))
    groups = list(groups_for(configured, alert(labels={"team": "db", "instance": "a"})))
    assert [policy_of(configured, key) for key in groups] == ["", "pages"]


def test_an_alert_that_lacks_a_group_label_has_the_policy_of_its_route() -> None:
    child = route("oncall", 'team="db"', group_by=("alertname", "instance"), policy="pages")
    configured = config(route=route(routes=(child,)))
    (key,) = groups_for(configured, alert(labels={"team": "db"}))
    assert policy_of(configured, key) == "pages"


def test_a_route_that_leads_elsewhere_by_now_has_no_policy_for_the_group() -> None:
    (key,) = groups_for(config(route=route(policy="pages")), alert())
    moved = config(route=route("other", policy="pages"), receivers={"other": receiver("other")})
    assert policy_of(moved, key) is None
