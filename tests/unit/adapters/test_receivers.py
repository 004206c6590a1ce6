import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from msgspec.structs import replace

from cli.vendors.localserver import Answer, local_server
from tests.builders import T0, alert, receiver
from tests.channels import tools
from tocsin.adapters.receivers import ChannelReceivers
from tocsin.adapters.receivers.posting import RETRY_AFTER_LIMIT_S, retry_after_s
from tocsin.domain.channels import Opsgenie, SlackWebhook
from tocsin.domain.errors import Permanent, Retryable, Throttled, Unsendable
from tocsin.domain.group import GroupKey
from tocsin.domain.secret import Secret
from tocsin.ports import Notification


@pytest.fixture
def server():
    with local_server() as running:
        yield running


@pytest.fixture
def receivers():
    return ChannelReceivers(tools())


def notification(url, kind="webhook"):
    return Notification(
        key="toc_1",
        receiver=receiver(kind=kind, url=url),
        group=GroupKey("acme", "oncall"),
        alerts=(alert(starts_at_s=T0),),
        attempt=1,
    )


@pytest.mark.parametrize("status", [200, 202, 204])
def test_success(server, receivers, status):
    server.answers = [Answer(status=status, body=b"")]
    receivers.send(notification(server.url))
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504])
def test_statuses_that_may_pass(server, receivers, status):
    server.answers = [Answer(status=status)]
    with pytest.raises(Retryable, match=f"HTTP {status} from receiver oncall") as raised:
        receivers.send(notification(server.url))
    assert raised.value.retry_after_s is None


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_only_429_asks_for_fewer_calls(server, receivers, status):
    server.answers = [Answer(status=status, headers={"Retry-After": "30"})]
    with pytest.raises(Retryable) as raised:
        receivers.send(notification(server.url))
    assert isinstance(raised.value, Throttled) == (status == 429)
    assert raised.value.retry_after_s == 30


@pytest.mark.parametrize("status", [301, 302, 400, 401, 403, 404, 410, 413])
def test_statuses_that_will_not(server, receivers, status):
    server.answers = [Answer(status=status, headers={"Location": server.url})]
    with pytest.raises(Permanent, match=f"HTTP {status} from receiver oncall") as raised:
        receivers.send(notification(server.url))
    assert "secret" not in raised.value.reason
    assert not isinstance(raised.value, Unsendable)


def test_what_cannot_be_written_is_refused_and_nothing_is_sent(server, receivers):
    impossible = replace(notification(server.url), alerts=(alert(starts_at_s=-1e15),))
    with pytest.raises(Unsendable, match="receiver oncall: cannot be written"):
        receivers.send(impossible)
    assert server.requests == []


def test_no_answer_names_the_receiver_only(receivers):
    with local_server() as gone:
        pass
    with pytest.raises(Retryable, match="receiver oncall: no answer") as raised:
        receivers.send(notification(gone.url))
    assert "secret" not in raised.value.reason


def test_a_private_address_names_the_receiver_only(receivers):
    with pytest.raises(Unsendable, match="receiver oncall: the address is not public"):
        receivers.send(notification("http://10.0.0.1/secret"))


@pytest.mark.parametrize("status", [200, 403, 404, 410, 500])
def test_slack_refuses_in_words(server, receivers, status):
    server.answers = [Answer(status=status, body=b"no_service\n")]
    with pytest.raises(Permanent, match="receiver oncall says no_service"):
        receivers.send(notification(server.url, kind="slack"))


def test_slacks_own_troubles_pass(server, receivers):
    server.answers = [
        Answer(status=429, headers={"Retry-After": "30"}, body=b"rate_limited"),
        Answer(status=500, body=b"rollup_error"),
    ]
    with pytest.raises(Retryable) as raised:
        receivers.send(notification(server.url, kind="slack"))
    assert raised.value.retry_after_s == 30
    with pytest.raises(Retryable):
        receivers.send(notification(server.url, kind="slack"))
    receivers.send(notification(server.url, kind="slack"))


def test_the_address_of_an_incoming_webhook_may_be_kept_elsewhere(server):
    kept = SlackWebhook(url=Secret(name="tocsin/acme/hook"))
    told = replace(notification(""), receiver=receiver(kind="slack", url="", settings=kept))
    ChannelReceivers(tools({"tocsin/acme/hook": server.url + "\n"})).send(told)
    assert len(server.requests) == 1
    with pytest.raises(Unsendable, match="keeps is no https:// address"):
        ChannelReceivers(tools({"tocsin/acme/hook": "http://h.example/t0ken"})).send(told)


def date(offset_s):
    return format_datetime(datetime.fromtimestamp(T0, UTC) + timedelta(seconds=offset_s), True)


@pytest.mark.parametrize(
    ("text", "wait_s"),
    [
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("0", 0.0),
        (" 120 ", 120.0),
        ("9" * 400, RETRY_AFTER_LIMIT_S),
        ("Mon, 01 Jan 2026 00:00:00 +99999999999999", None),
        (date(90), 90.0),
        (date(90).replace("GMT", "-0000"), 90.0),
        (date(-90), 0.0),
        (date(10 * RETRY_AFTER_LIMIT_S), RETRY_AFTER_LIMIT_S),
    ],
)
def test_retry_after(text, wait_s):
    assert retry_after_s(text, T0) == wait_s


class Rotated:
    """A secret that was replaced after it was read."""

    def __init__(self, value, replaced_by):
        self.value = value
        self.replaced_by = replaced_by
        self.asked = 0

    def __call__(self, secret):
        return self.value

    def has_changed(self, secret):
        self.asked += 1
        self.value, before = self.replaced_by, self.value
        return self.value != before


def opsgenie(server):
    return Notification(
        key="toc_1",
        receiver=receiver(
            kind="opsgenie",
            settings=Opsgenie(api_key=Secret(name="tocsin/acme/og"), url=server.url),
        ),
        group=GroupKey("acme", "oncall"),
        alerts=(alert(starts_at_s=T0),),
        attempt=1,
    )


def test_what_is_refused_with_a_secret_that_was_replaced_is_tried_with_the_new_one(server):
    secret = Rotated("old-key", "new-key")
    told = ChannelReceivers(tools(secret=secret, has_changed=secret.has_changed))
    server.answers = [Answer(status=401), Answer(status=202)]
    with pytest.raises(Retryable, match=r"HTTP 401 .*secret was replaced") as raised:
        told.send(opsgenie(server))
    assert "key" not in str(raised.value).replace("its secret", "")
    told.send(opsgenie(server))
    keys = [each.headers["authorization"] for each in server.requests]
    assert keys == ["GenieKey old-key", "GenieKey new-key"]


def test_what_is_refused_with_the_secret_that_counts_is_refused(server):
    secret = Rotated("key", "key")
    told = ChannelReceivers(tools(secret=secret, has_changed=secret.has_changed))
    server.answers = [Answer(status=401)]
    with pytest.raises(Permanent):
        told.send(opsgenie(server))
    assert secret.asked == 1


def test_no_keeper_is_asked_where_nobody_was_called_or_no_secret_was_used(server):
    secret = Rotated("key", "other")
    told = ChannelReceivers(tools(secret=secret, has_changed=secret.has_changed))
    server.answers = [Answer(status=401)]
    with pytest.raises(Permanent):
        told.send(notification(server.url))
    unsendable = opsgenie(server)
    with pytest.raises(Unsendable):
        told.send(replace(unsendable, receiver=replace(unsendable.receiver, settings=None)))
    assert secret.asked == 0


def test_a_slack_webhook_is_told_in_plain_text_what_it_does_not_take_in_blocks(server, receivers):
    server.answers = [Answer(status=400, body=b"invalid_blocks"), Answer()]
    receivers.send(notification(server.url, "slack"))
    with_blocks, bare = (json.loads(each.body) for each in server.requests)
    assert "blocks" in with_blocks
    assert bare.keys() == {"text"}
    assert bare["text"].startswith(with_blocks["text"])


def test_what_a_slack_webhook_takes_in_no_form_is_refused(server, receivers):
    server.answers = [Answer(status=400, body=b"invalid_blocks")] * 2
    with pytest.raises(Permanent, match="invalid_blocks"):
        receivers.send(notification(server.url, "slack"))
    assert len(server.requests) == 2
