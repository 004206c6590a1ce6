"""The changes to the emulator: what they do, and that they fit the version we pin."""

from types import SimpleNamespace

import pytest

from cli.localcloud import patches


class Queue:
    """Hands out at most ten messages a call, as the emulator does."""

    def __init__(self, bodies):
        self.waiting = list(bodies)

    def receive(self, queue_url, max_number):
        taken, self.waiting = self.waiting[: min(max_number, 10)], self.waiting[10:]
        return [{"body": body} for body in taken]


@pytest.mark.parametrize(("waiting", "wanted", "expected"), [(35, 100, 35), (300, 100, 100)])
def test_a_batch_has_the_size_the_mapping_asks_for(waiting, wanted, expected):
    receive = patches.receive_whole_batches(Queue(["x"] * waiting).receive)

    assert len(receive("url", wanted)) == expected


def test_a_batch_does_not_grow_above_what_lambda_takes():
    receive = patches.receive_whole_batches(Queue(["x" * 1024 * 1024] * 100).receive)

    assert len(receive("url", 100)) == 10


def test_the_log_is_read_without_a_long_wait():
    seen = []

    def drain(self, first_line_wait=0.05, idle_confirm=0.005):
        seen.append((first_line_wait, idle_confirm))
        return "lines"

    assert patches.drain_without_waiting(drain)(object(), idle_confirm=0.1) == "lines"
    assert seen == [(0.005, 0.1)]


@pytest.mark.parametrize(
    ("source_ip", "is_tls", "expected"),
    [("127.0.0.1", False, True), ("10.0.0.1", False, False), ("10.0.0.1", True, True)],
)
def test_only_loopback_counts_as_secure_without_tls(source_ip, is_tls, expected):
    seen = []

    patches.call_loopback_secure(lambda *origin: seen.append(origin))(source_ip, is_tls)

    assert seen == [(source_ip, expected)]


def test_a_route_for_any_method_is_one_for_each_that_has_none_of_its_own():
    seen = []
    definition = {
        "x-amazon-apigateway-binary-media-types": ["*/*"],
        "paths": {
            "/a": {"post": "ingest", "x-amazon-apigateway-any-method": "api"},
            "/b": {"get": "api"},
        },
    }

    def import_api(spec, base_data):
        seen.append((spec["paths"], base_data))
        return "id"

    assert patches.import_whole_api(import_api)(definition, {"name": "n"}) == "id"
    ((paths, data),) = seen
    assert {method: paths["/a"][method] for method in ("get", "post", "delete", "options")} == {
        "get": "api",
        "post": "ingest",
        "delete": "api",
        "options": "api",
    }
    assert paths["/b"] == {"get": "api"}
    assert data == {"name": "n", "binaryMediaTypes": ["*/*"]}


def test_a_name_that_is_gone_is_left_alone_and_reported():
    owner = SimpleNamespace(__name__="sqs")

    note = patches.patch(owner, "_receive", ("queue_url",), patches.receive_whole_batches)

    assert note == "sqs._receive does not exist"
    assert not hasattr(owner, "_receive")


def test_a_name_with_another_signature_is_left_alone_and_reported():
    def receive(account, queue_url):
        return []

    owner = SimpleNamespace(__name__="sqs", _receive=receive)

    note = patches.patch(owner, "_receive", ("queue_url",), patches.receive_whole_batches)

    assert note == "sqs._receive takes account, queue_url"
    assert owner._receive is receive


def test_all_patches_fit_the_pinned_emulator(monkeypatch):
    from ministack import app
    from ministack.core.lambda_runtime import Worker
    from ministack.services import apigateway_v1, sqs

    for owner, name in (
        (sqs, "_receive_messages_for_esm"),
        (Worker, "_drain_stderr_bounded"),
        (app, "pin_request_origin"),
        (apigateway_v1, "_import_rest_api"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))

    assert patches.apply() == []
