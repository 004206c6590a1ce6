"""GET /api/v2/alerts."""

from urllib.parse import quote

import pytest

from tests.builders import T0, route
from tests.unit.runtime.alertmanager.world import Api, content, member
from tocsin.domain.matchers import Matcher
from tocsin.domain.silence import Silence


@pytest.fixture
def api() -> Api:
    return Api()


def fingerprints(found):
    return [each["fingerprint"] for each in found]


def names(found):
    return sorted(each["labels"].get("alertname", "") for each in found)


def test_every_field_is_there_and_typed_as_alertmanager_has_it(api: Api) -> None:
    api.put(
        member(
            "InstanceDown",
            labels={"instance": "10.0.0.1:9100", "job": "node", "severity": "critical"},
            annotations={"summary": "down"},
            url="http://prometheus/graph",
            starts_at_s=T0 - 0.0015,
            holds_until_s=T0 + 240.0625,
        )
    )
    assert api.get("/alerts") == [
        {
            "annotations": {"summary": "down"},
            "endsAt": "2025-11-22T05:44:00.062Z",
            "fingerprint": "787b4da09ceab6e1",
            "receivers": [{"name": "oncall"}],
            "startsAt": "2025-11-22T05:39:59.998Z",
            "status": {"inhibitedBy": [], "mutedBy": [], "silencedBy": [], "state": "active"},
            "updatedAt": "2025-11-22T05:40:01.000Z",
            "labels": {
                "alertname": "InstanceDown",
                "instance": "10.0.0.1:9100",
                "job": "node",
                "severity": "critical",
            },
            "generatorURL": "http://prometheus/graph",
        }
    ]


def test_an_alert_without_a_name_or_an_end_or_a_url_is_shown_as_it_came(api: Api) -> None:
    # An empty alertname is how the store keeps an alert that has none.
    api.put(member(labels={"job": "noname", "alertname": ""}))
    (found,) = api.get("/alerts")
    assert found["labels"] == {"job": "noname"}
    assert found["fingerprint"] == "1d2d925a645b1f96"
    assert found["endsAt"] == "0001-01-01T00:00:00.000Z"
    assert "generatorURL" not in found


def test_they_are_sorted_by_fingerprint_and_each_is_there_once(api: Api) -> None:
    both = member("A")
    api.put(both, member("B"), member("C"))
    api.put(both, receiver="chat/0", team="db")
    api.put(both, receiver="chat/1", team="db")
    found = api.get("/alerts")
    assert fingerprints(found) == sorted(fingerprints(found))
    assert names(found) == ["A", "B", "C"]
    (a,) = api.get("/alerts?filter=" + quote('alertname="A"'))
    assert a["receivers"] == [{"name": "chat"}, {"name": "oncall"}]


def test_what_nobody_is_told_of_is_shown_under_its_receiver() -> None:
    api = Api(integrations={"null": ()}, route=route("null"), receivers={})
    api.put(member("A"), receiver="null")
    (found,) = api.get("/alerts?receiver=null")
    assert found["receivers"] == [{"name": "null"}]


def test_without_alerts_the_list_is_empty_and_not_null(api: Api) -> None:
    assert api.call("GET", "/api/v2/alerts").body == b"[]\n"
    assert api.call("GET", "/api/v2/alerts", tenant="beta").body == b"[]\n"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("filter=team%3Ddb", ["A", "B"]),
        ("filter=team%3Ddb&filter=alertname%3DA", ["A"]),
        ("filter=team%3D", ["C"]),
        ("filter=team!%3D%22%22", ["A", "B"]),
        ("filter=team!~d.%2B", ["C"]),
        ("receiver=chat", ["B"]),
        ("receiver=cha", []),
        ("receiver=c.*%7Cnothing", ["B"]),
        ("receiver=", ["A", "B", "C"]),
        ("receiver=oncall&receiver=chat", ["B"]),
        ("receiver_matchers=owner%3Dme", []),
        ("receiver_matchers=owner%3D", ["A", "B", "C"]),
        ("accesscontrol=true&ruleMetadata=1&unprocessed=false", ["A", "B", "C"]),
    ],
)
def test_filters_and_receivers(api: Api, query: str, expected: list[str]) -> None:
    api.put(member("A", labels={"team": "db"}), member("C"))
    api.put(member("B", labels={"team": "db"}), receiver="chat/1")
    assert names(api.get(f"/alerts?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("filter=a", "a"),
        ("filter=%7Ba%3Db%7D", "{a=b}"),
        ("filter=", "''"),
        ("filter=a%3D~%22(%22", "RE2"),
        ("receiver=(", "failed to parse receiver param"),
        ("filter=a%3Db&filter=b", "'b'"),
        ("receiver_matchers=x", "'x'"),
    ],
)
@pytest.mark.parametrize("path", ["/alerts", "/alerts/groups"])
def test_a_bad_filter_is_a_400_with_a_string(api: Api, path: str, query: str, message: str) -> None:
    reply = api.call("GET", f"/api/v2{path}?{query}")
    assert reply.status == 400
    assert message in content(reply)


class TestStates:
    """What suppresses alerts, and the parameters that ask for some of them."""

    @pytest.fixture(autouse=True)
    def _alerts(self, api: Api) -> None:
        self.api = api
        api.put(member("Active"), member("Silenced"), member("Over", holds_until_s=T0 + 59))
        silence = Silence(
            id="s1",
            matchers=(Matcher("alertname", "=", "Silenced"),),
            starts_at_s=T0,
            ends_at_s=T0 + 3600,
            updated_at_s=T0,
        )
        api.silences.write("acme", [silence], T0)

    def test_a_silenced_alert_says_by_what(self) -> None:
        (found,) = self.api.get("/alerts?active=false")
        assert found["labels"] == {"alertname": "Silenced"}
        assert found["status"] == {
            "inhibitedBy": [],
            "mutedBy": [],
            "silencedBy": ["s1"],
            "state": "suppressed",
        }

    @pytest.mark.parametrize("true", ["true", "True", "1", "t", "yes", "on", "ok", ""])
    def test_what_is_true(self, true: str) -> None:
        found = self.api.get(f"/alerts?active={true}&silenced={true}")
        assert names(found) == ["Active", "Silenced"]

    @pytest.mark.parametrize("false", ["false", "FALSE", "0", "maybe", "no", "off"])
    def test_everything_else_is_false(self, false: str) -> None:
        assert names(self.api.get(f"/alerts?silenced={false}")) == ["Active"]
        assert names(self.api.get(f"/alerts?active={false}")) == ["Silenced"]
        assert self.api.get(f"/alerts?active={false}&silenced={false}") == []

    def test_of_several_the_last_counts(self) -> None:
        assert names(self.api.get("/alerts?active=false&active=true")) == ["Active", "Silenced"]

    def test_another_tenant_sees_nothing_of_it(self) -> None:
        assert self.api.get("/alerts", tenant="beta") == []
