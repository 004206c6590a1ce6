"""The local receiver records everything, counts twice as twice, and fails when it is told to."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from cli.localcloud.receiver import LocalReceiver

WEBHOOK = {
    "alerts": [
        {"status": "firing", "labels": {"alertname": "DiskFull"}},
        {"status": "resolved", "labels": {"alertname": "HighLoad"}},
    ]
}
SLACK = {"text": "fallback", "blocks": [{"type": "section", "text": {"text": "*DiskFull*"}}]}


@pytest.fixture
def receiver():
    with LocalReceiver() as receiver:
        yield receiver


def post(receiver, path, body, key="k1"):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request(receiver.url + path, data=data, headers={"Idempotency-Key": key})
    try:
        with urlopen(request) as answer:
            return answer.status
    except HTTPError as error:
        return error.code


def test_it_records_the_same_notification_twice(receiver):
    assert [post(receiver, "/webhook/ops", WEBHOOK) for _ in range(2)] == [200, 200]

    assert [(a.path, a.key) for a in receiver.arrivals] == [("/webhook/ops", "k1")] * 2
    assert receiver.arrivals[0].alerts == WEBHOOK["alerts"]


def test_it_answers_errors_when_told_and_records_them(receiver):
    receiver.answer(503, 429)

    assert [post(receiver, "/webhook", WEBHOOK) for _ in range(3)] == [503, 429, 200]
    assert [arrival.status for arrival in receiver.arrivals] == [503, 429, 200]


def test_it_takes_only_its_two_kinds_of_path(receiver):
    assert post(receiver, "/elsewhere", WEBHOOK) == 404
    assert post(receiver, "/webhook", b"not json") == 400
    assert receiver.arrivals == []


def test_a_notification_is_one_line(receiver):
    post(receiver, "/webhook", WEBHOOK)
    post(receiver, "/slack", SLACK)
    post(receiver, "/slack", {"blocks": SLACK["blocks"]})
    receiver.answer(500)
    post(receiver, "/slack", ["odd"])

    assert [str(arrival) for arrival in receiver.arrivals] == [
        "/webhook   1 firing, 1 resolved: DiskFull, HighLoad",
        "/slack     fallback",
        "/slack     *DiskFull*",
        "/slack       (answered 500)",
    ]


def test_it_tells_who_wants_to_know():
    heard = []
    with LocalReceiver(on_arrival=heard.append) as receiver:
        post(receiver, "/slack", SLACK)

    assert [arrival.path for arrival in heard] == ["/slack"]


def test_a_taken_port_is_an_error(receiver):
    port = int(receiver.url.rpartition(":")[2])

    with pytest.raises(OSError, match="in use"):
        LocalReceiver(port)
