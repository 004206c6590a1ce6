"""Routes, methods, probes, what an Alertmanager says of itself, and how answers are packed."""

import json
from typing import Any

import msgspec
import pytest
import yaml

from tests.builders import T0
from tests.unit.runtime.alertmanager.world import JSON, Api, content, member
from tocsin.adapters.memory import MemoryBlobs, MemoryOutbox
from tocsin.pipeline.ingest import Ingest
from tocsin.runtime.alertmanager import dispatch
from tocsin.runtime.alertmanager.receiving import make_intake
from tocsin.runtime.alertmanager.replies import to_proxy
from tocsin.runtime.gateway import HttpRequest


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v2/alerts", "GET,POST"),
        ("OPTIONS", "/api/v2/alerts", "GET,POST"),
        ("HEAD", "/api/v2/alerts", "GET,POST"),
        ("POST", "/api/v2/status", "GET"),
        ("PATCH", "/api/v2/silence/x", "DELETE,GET"),
        ("DELETE", "/api/v2/silences", "GET,POST"),
        ("POST", "/api/v2/alerts/groups", "GET"),
        ("POST", "/metrics", "GET"),
        ("POST", "/-/ready", "GET,HEAD"),
    ],
)
def test_another_method_is_a_405_that_names_the_right_ones(
    api: Api, method: str, path: str, allowed: str
) -> None:
    reply = api.call(method, path)
    message = f"method {method} is not allowed, but [{allowed}] are"
    assert (reply.status, reply.headers["Allow"]) == (405, allowed)
    assert content(reply) == {"code": 405, "message": message}


@pytest.mark.parametrize(
    "path", ["/nope", "/", "/silence", "/silence/", "/silence/a/b", "/status/x"]
)
def test_an_unknown_path_is_a_404_with_a_number(api: Api, path: str) -> None:
    reply = api.call("GET", f"/api/v2{path}")
    message = f"path /api/v2{path} was not found"
    assert (reply.status, content(reply)) == (404, {"code": 404, "message": message})


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/status/buildinfo", "/alertmanager/api/v2/status", "/api/v1/alerts"]
)
def test_elsewhere_a_404_is_text(api: Api, path: str) -> None:
    reply = api.call("GET", path)
    assert (reply.status, reply.body) == (404, b"404 page not found\n")


@pytest.mark.parametrize(
    "path", ["/alerts", "/alerts/groups", "/silences", "/status", "/receivers"]
)
def test_a_slash_at_the_end_does_not_count(api: Api, path: str) -> None:
    assert api.get(f"{path}/") == api.get(path)


@pytest.mark.parametrize("path", ["/-/healthy", "/-/ready"])
def test_probes(api: Api, path: str) -> None:
    reply = api.call("GET", path)
    assert (reply.status, reply.body) == (200, b"OK")
    assert reply.headers["Content-Type"].startswith("text/plain")


def test_status_has_all_that_clients_read(api: Api) -> None:
    found = api.get("/status")
    assert found["cluster"] == {"name": "", "peers": [], "status": "disabled"}
    assert found["uptime"] == "2025-11-22T05:40:00.000Z"
    assert found["versionInfo"].keys() == {
        "branch",
        "buildDate",
        "buildUser",
        "goVersion",
        "revision",
        "version",
    }
    number, _, build = found["versionInfo"]["version"].partition("+")
    assert tuple(map(int, number.split("."))) >= (0, 28, 0)
    assert build.startswith("tocsin.")
    original = yaml.safe_load(found["config"]["original"])
    assert original["route"]["receiver"] == "oncall"
    assert [each["name"] for each in original["receivers"]] == ["chat", "oncall"]
    assert "127.0.0.1" not in found["config"]["original"]


def test_status_of_a_tenant_without_a_configuration_is_one_that_tools_can_read(api: Api) -> None:
    original = yaml.safe_load(api.get("/status", tenant="beta")["config"]["original"])
    assert original["route"]["receiver"] in [each["name"] for each in original["receivers"]]


def test_receivers_are_those_of_the_configuration_each_once(api: Api) -> None:
    both = [{"labels": {}, "name": "chat"}, {"labels": {}, "name": "oncall"}]
    assert api.get("/receivers") == both
    assert api.get("/receivers?receiver_matchers=a%3Db") == []
    assert api.call("GET", "/api/v2/receivers?receiver_matchers=x").status == 400
    assert api.get("/receivers", tenant="unconfigured") == [{"labels": {}, "name": "none"}]


def test_metrics_say_the_version_and_what_is_there(api: Api) -> None:
    api.put(member("A"), member("B"))
    reply = api.call("GET", "/metrics")
    text = reply.body.decode()
    assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    version = api.get("/status")["versionInfo"]["version"]
    assert f'version="{version}"}} 1\n' in text
    assert 'alertmanager_alerts{state="active"} 2\n' in text
    assert 'alertmanager_silences{state="active"} 0\n' in text
    assert "\nalertmanager_receivers 2\nalertmanager" not in text
    assert "\nalertmanager_receivers 2\n" in text
    assert "\nalertmanager_integrations 3\n" in text
    for line in text.splitlines():
        assert line.startswith("# ") or len(line.rsplit(" ", 1)) == 2


def _request(method: str, path: str, **headers: str) -> HttpRequest:
    return HttpRequest(
        id="r",
        resource=path,
        parameters={},
        query={},
        headers=headers,
        raw_body=b"",
        method=method,
    )


def test_a_browser_may_ask_everything_and_needs_no_key_to_ask(api: Api) -> None:
    headers = {"origin": "http://karma", "access-control-request-method": "DELETE"}
    request = _request("OPTIONS", "/api/v2/silence/x", **headers)
    assert dispatch.is_preflight(request)
    for reply in (dispatch.preflight(request), api.call("OPTIONS", "/api/v2/x", headers=headers)):
        assert (reply.status, reply.body) == (200, b"")
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
        assert "DELETE" in reply.headers["Access-Control-Allow-Methods"]
        assert "Authorization" in reply.headers["Access-Control-Allow-Headers"]
        assert "Access-Control-Allow-Credentials" not in reply.headers
    assert not dispatch.is_preflight(_request("OPTIONS", "/api/v2/alerts"))


@pytest.mark.parametrize("path", ["/api/v2/alerts", "/api/v2/nope", "/metrics", "/x"])
def test_every_answer_may_be_read_by_a_page_from_anywhere_and_is_not_kept(
    api: Api, path: str
) -> None:
    headers = api.call("GET", path).headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/api/v2/silences", True),
        ("POST", "/api/v2/silences/", True),
        ("DELETE", "/api/v2/silence/x", True),
        ("GET", "/api/v2/silences", False),
        ("POST", "/api/v2/alerts", False),
    ],
)
def test_what_changes_silences_is_told_from_what_only_looks(
    method: str, path: str, expected: bool
) -> None:
    assert dispatch.writes_silences(_request(method, path)) == expected


class TestPacking:
    """Long answers are compressed where that is asked for, or needed."""

    @pytest.fixture(autouse=True)
    def _alerts(self, api: Api) -> None:
        self.api = api
        api.put(*(member(f"A{index}", annotations={"x": "y" * 50}) for index in range(50)))

    def get(self, limit_bytes: int = 0, **headers: str) -> Any:
        self.api.ports = msgspec.structs.replace(self.api.ports, limit_bytes=limit_bytes)
        return self.api.call("GET", "/api/v2/alerts", headers=headers)

    @pytest.mark.parametrize(
        "accepted", ["gzip", "deflate, GZIP;q=0.5", "*", "br;q=1.0, gzip; q=0.8"]
    )
    def test_compressed_for_who_takes_it(self, accepted: str) -> None:
        reply = self.get(**{"accept-encoding": accepted})
        assert reply.headers["Content-Encoding"] == "gzip"
        assert reply.headers["Vary"] == "Accept-Encoding"
        assert len(content(reply)) == 50
        assert len(reply.body) < 5000

    @pytest.mark.parametrize("accepted", ["", "identity", "deflate, br", "gzip;q=0", "gzip; q=0.0"])
    def test_plain_for_who_does_not(self, accepted: str) -> None:
        reply = self.get(**{"accept-encoding": accepted})
        assert "Content-Encoding" not in reply.headers
        assert len(json.loads(reply.body)) == 50

    def test_short_answers_stay_plain(self) -> None:
        reply = self.api.call("GET", "/api/v2/receivers", headers={"accept-encoding": "gzip"})
        assert "Content-Encoding" not in reply.headers

    def test_what_no_answer_could_carry_is_compressed_unasked_and_at_last_refused(self) -> None:
        whole = self.get()
        reply = self.get(limit_bytes=len(whole.body) - 1)
        assert content(reply) == json.loads(whole.body)
        assert reply.headers["Content-Encoding"] == "gzip"
        refusal = self.get(limit_bytes=300)
        assert refusal.status == 400
        assert "narrow it with filter=" in content(refusal)

    def test_for_the_gateway_what_is_compressed_is_base64(self) -> None:
        answer = to_proxy(self.get(**{"accept-encoding": "gzip"}))
        assert answer["isBase64Encoded"]
        assert isinstance(answer["body"], str)
        plain = to_proxy(self.get())
        assert not plain["isBase64Encoded"]
        assert len(json.loads(plain["body"])) == 50


def test_alerts_are_taken_where_one_process_does_both(api: Api) -> None:
    assert api.call("POST", "/api/v2/alerts", []).status == 404
    outbox = MemoryOutbox()
    intake = make_intake(Ingest(outbox, MemoryBlobs()))
    api.ports = msgspec.structs.replace(api.ports, intake=intake)
    for path in ("/api/v2/alerts", "/api/v2/alerts/"):
        reply = api.call("POST", path, [{"labels": {"alertname": "A"}}])
        assert (reply.status, reply.body) == (200, b"")
    assert len(outbox.queues["enrich"]) == 2
    reply = api.call("POST", "/api/v2/alerts", [{}])
    assert content(reply) == {"code": 602, "message": "0.labels in body is required"}
    assert api.call("POST", "/api/v2/alerts", b"[]", {"content-type": "text/plain"}).status == 415
    assert api.call("POST", "/api/v2/alerts", b"[]", JSON).status == 200
    assert api.now_s > T0
