"""Routing: from labels to receivers and groups."""

from tests.builders import alert, config, route
from tocsin.domain.group import GroupKey
from tocsin.domain.routing import groups_for, routes_for

TREE = route(
    "default",
    routes=(
        route("db", 'team="db"', routes=(route("db-night", 'shift="night"'),)),
        route("audit", 'severity="critical"', continues=True),
        route("pager", 'severity="critical"'),
    ),
)


def _receivers(labels: dict[str, str]) -> list[str]:
    return [each.route.receiver for each in routes_for(TREE, labels)]


def test_the_first_child_that_matches_ends_the_search() -> None:
    assert _receivers({"team": "db", "severity": "critical"}) == ["db"]


def test_a_child_that_continues_lets_its_siblings_match() -> None:
    assert _receivers({"severity": "critical"}) == ["audit", "pager"]


def test_the_deepest_match_wins() -> None:
    assert _receivers({"team": "db", "shift": "night"}) == ["db-night"]


def test_what_no_child_takes_stays_with_the_root() -> None:
    assert _receivers({"team": "web"}) == ["default"]


def test_groups_are_named_by_the_labels_that_the_alert_has() -> None:
    tenant = config(route=route(group_by=("alertname", "cluster")))
    (key,) = groups_for(tenant, alert("Down", labels={"host": "a"}))
    assert key.labels == (("alertname", "Down"),)


def test_three_dots_group_by_all_labels() -> None:
    tenant = config(route=route(group_by=("...",)))
    (key,) = groups_for(tenant, alert("Down", labels={"host": "a"}))
    assert key.labels == (("alertname", "Down"), ("host", "a"))


def test_two_routes_to_one_group_are_one_group() -> None:
    tree = route(routes=(route("oncall", continues=True), route("oncall")))
    assert len(list(groups_for(config(route=tree), alert()))) == 1


def test_group_ids_hold_tenants_and_receivers_apart() -> None:
    ids = {next(groups_for(config(tenant), alert())).id for tenant in ("acme", "globex")}
    assert len(ids) == 2
    assert all("#" in each for each in ids)


def test_no_label_value_can_forge_another_groups_key() -> None:
    forged = GroupKey("acme", "oncall", (("a", 'x", b="y'),))
    real = GroupKey("acme", "oncall", (("a", "x"), ("b", "y")))
    assert str(real) == '{}:{a="x", b="y"}'
    assert str(forged) != str(real)


def test_a_label_without_a_value_names_no_group() -> None:
    every = config(route=route(group_by=("...",)))
    nameless = alert("", labels={"team": "db", "empty": ""})
    (key,) = groups_for(every, nameless)
    assert key.labels == (("team", "db"),)


def test_a_receiver_without_integrations_has_its_groups() -> None:
    quiet = config(route=route("nobody"), integrations={"nobody": ()})
    (key,) = groups_for(quiet, alert())
    assert key.receiver == "nobody"


def test_a_receiver_with_several_integrations_is_several_groups_of_one_route() -> None:
    both = config(
        route=route("team", routes=(route("team", 'a="b"'),)),
        integrations={"team": ("team/webhook/0", "team/slack/0")},
    )
    keys = list(groups_for(both, alert(labels={"a": "b"})))
    assert [key.receiver for key in keys] == ["team/webhook/0", "team/slack/0"]
    assert {key.route for key in keys} == {'{}/{a="b"}'}
