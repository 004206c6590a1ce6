"""GET /api/v2/alerts/groups."""

import pytest

from tests.builders import T0, config, route
from tests.unit.runtime.alertmanager.world import Api, member
from tocsin.domain.config import Timing
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.matchers import Matcher, parse_matcher
from tocsin.domain.silence import Silence
from tocsin.domain.time_interval import TimeInterval

GROUPS = "/alerts/groups"


@pytest.fixture
def api() -> Api:
    return Api()


def shape(groups):
    return [
        (
            each["receiver"]["name"],
            each["labels"],
            [alert["labels"].get("alertname", "") for alert in each["alerts"]],
        )
        for each in groups
    ]


def test_groups_of_several_integrations_of_one_receiver_are_one(api: Api) -> None:
    one = member("A", labels={"team": "db"})
    for receiver in ("chat/0", "chat/1", "oncall"):
        api.put(one, receiver=receiver, team="db")
    found = api.get("/alerts/groups")
    assert shape(found) == [("chat", {"team": "db"}, ["A"]), ("oncall", {"team": "db"}, ["A"])]
    assert found[0].keys() == {"alerts", "labels", "receiver", "routeLabels"}
    assert found[0]["routeLabels"] == {}
    receivers = [{"name": "chat"}, {"name": "oncall"}]
    assert [each["alerts"][0]["receivers"] for each in found] == [receivers, receivers]


def test_groups_of_two_routes_stay_two(api: Api) -> None:
    api.put(member("A"))
    api.put(member("B"), route='{}/{team="db"}')
    assert shape(api.get("/alerts/groups")) == [("oncall", {}, ["A"]), ("oncall", {}, ["B"])]


def test_groups_are_sorted_by_labels_then_receiver(api: Api) -> None:
    api.put(member("A"), receiver="oncall", b="1")
    api.put(member("A"), receiver="chat/0", b="1")
    api.put(member("B"), a="2")
    api.put(member("C"), a="1")
    api.put(member("D"))
    api.put(member("E"), a="1", b="1")
    assert [(each[0], each[1]) for each in shape(api.get("/alerts/groups"))] == [
        ("oncall", {}),
        # The one that lacks the first name that differs comes first.
        ("chat", {"b": "1"}),
        ("oncall", {"b": "1"}),
        ("oncall", {"a": "1"}),
        ("oncall", {"a": "2"}),
        ("oncall", {"a": "1", "b": "1"}),
    ]


def test_alerts_are_sorted_by_job_instance_and_labels(api: Api) -> None:
    ordered = [
        {"job": "a", "instance": "1"},
        {"job": "a", "instance": "2"},
        {"job": "a"},
        {"job": "b", "instance": "1"},
        {"instance": "1"},
        {"x": "1"},
        {"x": "2"},
        {"a": "1", "b": "1"},
    ]
    api.put(*(member(labels=labels) for labels in ordered[::-1]))
    (found,) = api.get("/alerts/groups")
    assert [each["labels"] for each in found["alerts"]] == ordered


def test_what_is_filtered_out_leaves_no_empty_group(api: Api) -> None:
    api.put(member("A"), a="1")
    api.put(member("B"), receiver="chat/0", a="2")
    api.put(member("C", status="resolved"), a="3")
    assert shape(api.get("/alerts/groups?filter=alertname%3DA")) == [("oncall", {"a": "1"}, ["A"])]
    assert shape(api.get("/alerts/groups?receiver=chat")) == [("chat", {"a": "2"}, ["B"])]
    assert api.get("/alerts/groups?active=false") == []


def test_a_silenced_alert_stays_in_its_group_unless_it_is_left_out(api: Api) -> None:
    api.put(member("A"), member("B"))
    silence = Silence(
        id="s1",
        matchers=(Matcher("alertname", "=", "A"),),
        starts_at_s=T0,
        ends_at_s=T0 + 3600,
        updated_at_s=T0,
    )
    api.silences.write("acme", [silence], T0)
    (found,) = api.get("/alerts/groups")
    assert [each["status"]["state"] for each in found["alerts"]] == ["suppressed", "active"]
    assert shape(api.get("/alerts/groups?silenced=false")) == [("oncall", {}, ["B"])]


def test_an_inhibited_alert_says_by_which() -> None:
    rule = InhibitRule(
        source_matchers=(parse_matcher("severity=critical"),),
        target_matchers=(parse_matcher("severity=warning"),),
        equal=("team",),
    )
    api = Api(inhibit_rules=(rule,))
    source = member("A", labels={"severity": "critical", "team": "db"})
    api.put(source, member("B", labels={"severity": "warning", "team": "db"}))
    api.put(member("C", labels={"severity": "warning", "team": "web"}), team="web")
    for group in api.groups.groups.values():
        group.inhibits = not group.key.labels
    # As the real server names it.
    assert api.get("/alerts?filter=alertname%3DB")[0]["status"] == {
        "inhibitedBy": ["0766b64b60520120"],
        "mutedBy": [],
        "silencedBy": [],
        "state": "suppressed",
    }
    assert len(api.get("/alerts?inhibited=false")) == 2
    assert [each[2] for each in shape(api.get("/alerts/groups?inhibited=false"))] == [["A"], ["C"]]
    assert len(api.get("/alerts?active=false")) == 1


def test_a_receiver_that_is_gone_keeps_its_name(api: Api) -> None:
    api.put(member("A"), receiver="former")
    assert shape(api.get("/alerts/groups")) == [("former", {}, ["A"])]
    api.configs.apply(config(version=2, route=route()), "", T0)
    assert shape(api.get("/alerts/groups")) == [("former", {}, ["A"])]


class TestMuting:
    """Routes that keep silent now: Saturday, 05:41 UTC."""

    WEEKEND = (TimeInterval(weekdays=((0, 0), (6, 6))),)
    OFFICE = (TimeInterval(weekdays=((1, 5),)),)

    def api(self, **timing: tuple[str, ...]) -> Api:
        muted = route("oncall", "team=db", timing=Timing(**timing))
        api = Api(
            route=route(routes=(muted,)),
            time_intervals={"weekend": self.WEEKEND, "office": self.OFFICE},
        )
        api.put(member("A"), route='{}/{team="db"}')
        api.put(member("B"))
        return api

    @pytest.mark.parametrize(
        ("timing", "names"),
        [
            ({"mute": ("office", "weekend")}, ["weekend"]),
            ({"active": ("office",)}, ["office"]),
            ({"active": ("office", "weekend")}, []),
            ({"mute": ("office",)}, []),
            ({"mute": ("weekend",), "active": ("office",)}, ["weekend"]),
        ],
    )
    def test_the_intervals_are_named_and_the_group_can_be_left_out(
        self, timing: dict[str, tuple[str, ...]], names: list[str]
    ) -> None:
        api = self.api(**timing)
        found = {each["alerts"][0]["labels"]["alertname"]: each for each in api.get(GROUPS)}
        status = found["A"]["alerts"][0]["status"]
        assert status["mutedBy"] == names
        assert status["state"] == ("suppressed" if names else "active")
        assert found["B"]["alerts"][0]["status"]["mutedBy"] == []
        assert len(api.get(f"{GROUPS}?muted=false")) == (1 if names else 2)

    def test_the_list_of_alerts_knows_no_groups(self) -> None:
        api = self.api(mute=("weekend",))
        assert {each["status"]["state"] for each in api.get("/alerts")} == {"active"}
