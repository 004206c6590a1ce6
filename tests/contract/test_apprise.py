"""The long tail on a real server: ntfy's API, as the library speaks it."""

import json

import pytest

from cli.vendors.localserver import Answer, local_server
from tests.builders import T0, alert, receiver
from tests.channels import tools
from tocsin.adapters.http import Http
from tocsin.adapters.receivers import ChannelReceivers
from tocsin.domain.channels import Apprise
from tocsin.domain.errors import Permanent, Retryable, Throttled, Unsendable
from tocsin.domain.group import GroupKey, Thread
from tocsin.domain.secret import Secret
from tocsin.ports import Notification


@pytest.fixture
def server():
    with local_server() as server:
        yield server


def notification(*alerts, key="toc_1", **fields):
    kind = receiver(kind="apprise", url="", settings=Apprise(url=Secret(name="url")), timeout_s=2.0)
    return Notification(
        key=key,
        receiver=kind,
        group=GroupKey("acme", "oncall"),
        alerts=alerts or (alert("Down", starts_at_s=T0),),
        **{"attempt": 1, **fields},
    )


def send(server, told, **more):
    port = server.url.rpartition(":")[2].partition("/")[0]
    url = f"ntfy://user:t0ken@127.0.0.1:{port}/topic"
    return ChannelReceivers(tools({"url": url}, **more)).send(told)


def refused(server, told, kind, **more):
    with pytest.raises(kind) as raised:
        send(server, told, **more)
    assert type(raised.value) is kind
    assert "t0ken" not in str(raised.value)
    return raised.value


def said(server):
    return [json.loads(request.body) for request in server.requests]


def test_first_update_and_resolve_are_messages_of_their_own(server):
    over = alert("Down", status="resolved", starts_at_s=T0, ends_at_s=T0 + 60)
    send(server, notification())
    send(server, notification(key="toc_2", thread=Thread("toc_1")))
    send(server, notification(over, key="toc_3", thread=Thread("toc_1")))
    titles = [each["title"] for each in said(server)]
    assert titles == ["[FIRING:1] Down", "[FIRING:1] Down", "[RESOLVED:1] Down"]
    assert {each["topic"] for each in said(server)} == {"topic"}


def test_a_retry_says_the_same(server):
    server.answers.append(Answer(status=503, headers={"Retry-After": "7"}))
    assert refused(server, notification(), Retryable).retry_after_s == 7
    send(server, notification(attempt=2))
    first, second = said(server)
    assert first == second


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 302])
def test_a_refusal_is_permanent(server, status):
    server.answers.append(Answer(status=status))
    assert str(status) in refused(server, notification(), Permanent).reason
    assert len(server.requests) == 1


def test_too_many_asks_for_fewer(server):
    server.answers.append(Answer(status=429, headers={"Retry-After": "30"}))
    assert refused(server, notification(), Throttled).retry_after_s == 30
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_what_may_pass_is_tried_again(server, status):
    server.answers.append(Answer(status=status))
    refused(server, notification(), Retryable)


def test_a_connection_that_breaks_after_the_request_says_what_its_status_said(server):
    server.answers.append(Answer(body=b"{", missing_bytes=10))
    assert send(server, notification()) == ""


def test_a_server_that_is_not_there_is_tried_again(server):
    told = notification()
    port_of_nobody = "http://127.0.0.1:9/x"
    server.url = port_of_nobody
    refused(server, told, Retryable)


def test_this_machine_is_asked_only_where_it_may_be(server):
    error = refused(server, notification(), Unsendable, http=Http())
    assert "not public" in error.reason
    assert server.requests == []


def test_hostile_and_long_texts_arrive_within_the_limit(server):
    mean = "\u202e<script>@everyone ``` \x00\ufffe" + "é" * 20_000
    send(server, notification(alert(mean[:200], annotations={"summary": mean})))
    (message,) = said(server)
    # The end says that there was more.
    assert 300 < len(message["message"]) <= 4000
    assert message["message"].endswith("…")
    assert "\u202e" not in message["message"] + message["title"]
    assert "@everyone" not in message["message"] + message["title"]
