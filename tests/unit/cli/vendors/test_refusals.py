"""Servers that stand for vendors take what tocsin sends, and refuse what is not as documented.

Each is called over loopback, as it is in the demonstration; what is broken is broken in one place.
"""

from contextlib import suppress

import msgspec
import pytest

from cli.vendors.jsonschemas import checked
from cli.vendors.localserver import Answer, local_server
from cli.vendors.pagerduty import Events
from cli.vendors.signedwebhook import SignedWebhook
from cli.vendors.slackhook import IncomingWebhook
from cli.vendors.slackworkspace import TOKEN, Workspace
from tests.builders import T0, receiver
from tests.channels import tools
from tests.notifications import DOWN, KEY_32, UP, notification
from tocsin.adapters.receivers import ChannelReceivers
from tocsin.domain.channels import PagerDuty, SlackApp, Webhook
from tocsin.domain.errors import Permanent
from tocsin.domain.group import Thread
from tocsin.domain.secret import Secret

SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRETS = {"k": KEY_32, "t": TOKEN, "s": SIGNING}


def settings_of(kind, url):
    return {
        "pagerduty": PagerDuty(routing_key=Secret(name="k"), url=url),
        "slack app": SlackApp(token=Secret(name="t"), channel="#ops", api_url=url),
        "slack hook": None,
        "webhook": Webhook(url=Secret(name="u"), secrets=(Secret(name="s"),), body="tocsin"),
    }[kind]


VENDORS = {
    "pagerduty": lambda: Events(KEY_32),
    "slack app": Workspace,
    "slack hook": lambda: IncomingWebhook("/hook/secret"),
    "webhook": lambda: SignedWebhook(SIGNING, lambda: T0 + 10.0),
}


class Running:
    """A vendor, and what reaches it; `spoil` changes each request on its way."""

    def __init__(self, kind, server):
        self.vendor = VENDORS[kind]()
        self.spoil = lambda request: request
        self.answers = []
        server.respond = self.respond
        is_hook = kind == "slack hook"
        self._receiver = receiver(
            kind=kind.split()[0],
            url=server.url if is_hook else "",
            settings=settings_of(kind, server.url),
        )
        self._tools = tools({**SECRETS, "u": server.url})

    def spoil_first(self, spoil):
        """Spoil the next request and no other."""

        def once(request):
            self.spoil = lambda request: request
            return spoil(request)

        self.spoil = once

    def respond(self, request):
        self.answers.append(self.vendor.answer(self.spoil(request)))
        return self.answers[-1]

    def send(self, *alerts, **fields):
        sent = notification(*alerts, receiver=self._receiver, **fields)
        return ChannelReceivers(self._tools).send(sent)


@pytest.fixture
def running(request):
    with local_server() as server:
        yield Running(request.param, server)


def body(change):
    """Return what spoils the body of a request, as `change` does it to the JSON in it."""

    def spoil(request):
        value = msgspec.json.decode(request.body)
        change(value)
        return msgspec.structs.replace(request, body=msgspec.json.encode(value))

    return spoil


def header(name, value):
    return lambda request: msgspec.structs.replace(
        request, headers={**request.headers, name: value}
    )


def raw(content):
    return lambda request: msgspec.structs.replace(request, body=content)


@pytest.mark.parametrize("running", VENDORS, indirect=True)
def test_first_more_and_the_end_are_taken_as_what_they_are(running):
    receipt = running.send(DOWN)
    running.send(DOWN, DOWN, key="toc_2", thread=Thread("toc_1", receipt))
    running.send(UP, key="toc_3", thread=Thread("toc_1", receipt))
    received = running.vendor.received
    assert [each.faults for each in received] == [(), (), ()]
    assert [each.is_over for each in received] == [False, False, True]
    assert len({each.thread for each in received}) == 1
    assert len({each.key for each in received}) == 3
    assert all(200 <= each.status < 300 for each in running.answers)


@pytest.mark.parametrize("running", VENDORS, indirect=True)
def test_the_same_twice_has_one_key_twice(running):
    running.send(DOWN)
    running.send(DOWN, attempt=2)
    first, again = running.vendor.received
    assert first.key == again.key


PAGERDUTY = {
    "no routing key": body(lambda event: event.pop("routing_key")),
    "another's routing key": body(lambda event: event.update(routing_key="0" * 32)),
    "a routing key that is too short": body(lambda event: event.update(routing_key="abc")),
    "no such action": body(lambda event: event.update(event_action="fire")),
    "a long dedup_key": body(lambda event: event.update(dedup_key="k" * 256)),
    "no payload": body(lambda event: event.pop("payload")),
    "no source": body(lambda event: event["payload"].pop("source")),
    "a long summary": body(lambda event: event["payload"].update(summary="s" * 1025)),
    "no such severity": body(lambda event: event["payload"].update(severity="high")),
    "a field that is not known": body(lambda event: event["payload"].update(color="red")),
    "no JSON": raw(b"{"),
    "too much": body(lambda event: event["payload"]["custom_details"].update(x="x" * 512_000)),
    "a form": header("content-type", "application/x-www-form-urlencoded"),
}
HOOK = {
    "nothing to say": body(lambda message: message.update(text="", blocks=[], attachments=[])),
    "a long header": body(lambda message: message["blocks"][0]["text"].update(text="x" * 151)),
    "a block that does not exist": body(lambda message: message["blocks"][0].update(type="head")),
    "too many blocks": body(lambda m: m.update(blocks=[{"type": "divider"}] * 51)),
    "too long a section": body(lambda m: m["blocks"][1]["text"].update(text="x" * 3001)),
    "a text of no kind": body(lambda message: message["blocks"][1]["text"].pop("type")),
    "a field that is not known": body(lambda message: message.update(mrkdwn=True)),
    "blocks that are none": body(lambda message: message.update(blocks="x")),
    "no JSON": raw(b"payload={}"),
    "another path": lambda request: msgspec.structs.replace(request, path="/hook/guessed"),
}
APP = {
    "a wrong token": header("authorization", "Bearer xoxb-0"),
    "no token": header("authorization", ""),
    "no channel": body(lambda message: message.pop("channel")),
    "a channel that is not there": body(lambda message: message.update(channel="#nowhere")),
    "a timestamp that is none": body(lambda message: message.update(thread_ts="soon")),
    "a long header": HOOK["a long header"],
    "no JSON": raw(b"payload={}"),
    "a form": header("content-type", "application/x-www-form-urlencoded"),
    "no such method": lambda request: msgspec.structs.replace(request, path="/chat.shout"),
    "a change of nothing": lambda request: msgspec.structs.replace(request, path="/chat.update"),
}
WEBHOOK = {
    "a signature of something else": body(lambda message: message.update(title="changed")),
    "no signature": header("webhook-signature", ""),
    "another id": header("webhook-id", "toc_9"),
    "another time": header("webhook-timestamp", str(int(T0) + 1)),
}
CASES = [
    *(("pagerduty", name, spoil) for name, spoil in PAGERDUTY.items()),
    *(("slack hook", name, spoil) for name, spoil in HOOK.items()),
    *(("slack app", name, spoil) for name, spoil in APP.items()),
    *(("webhook", name, spoil) for name, spoil in WEBHOOK.items()),
]


@pytest.mark.parametrize(
    ("running", "spoil"),
    [pytest.param(kind, spoil, id=f"{kind}: {name}") for kind, name, spoil in CASES],
    indirect=["running"],
)
def test_what_breaks_the_documentation_is_refused(running, spoil):
    running.spoil_first(spoil)
    # What Slack refuses as blocks is told as plain text.
    with suppress(Permanent):
        running.send(DOWN)
    refused, *others = running.vendor.received
    assert refused.faults
    assert not any(each.faults for each in others)
    answer = running.answers[0]
    assert answer.status >= 400 or msgspec.json.decode(answer.body)["ok"] is False


@pytest.mark.parametrize("running", ["slack hook", "slack app"], indirect=True)
def test_blocks_that_slack_refuses_are_told_apart_from_what_else_it_refuses(running):
    running.spoil_first(HOOK["a long header"])
    running.send(DOWN)
    refused, plain = running.vendor.received
    assert refused.faults == ("151 characters of 150",)
    assert (plain.faults, "Down" in plain.text) == ((), True)


@pytest.mark.parametrize("running", ["pagerduty", "webhook"], indirect=True)
def test_who_is_refused_gives_up(running):
    running.spoil = raw(b"{")
    with pytest.raises(Permanent):
        running.send(DOWN)


@pytest.mark.parametrize("running", ["webhook"], indirect=True)
@pytest.mark.parametrize("late_s", [-400.0, 400.0])
def test_what_was_signed_at_another_time_is_refused(running, late_s):
    running.vendor._now_s = lambda: T0 + late_s
    with pytest.raises(Permanent):
        running.send(DOWN)
    assert running.answers[0].status == 401


@pytest.mark.parametrize("running", ["pagerduty"], indirect=True)
def test_a_key_has_one_open_incident_at_most(running):
    for alerts in ((UP,), (DOWN,), (DOWN, DOWN), (UP,), (UP,), (DOWN,)):
        running.send(*alerts)
    assert (running.vendor.opened, running.vendor.closed) == (2, 1)


def test_a_schema_says_what_is_wrong_and_where():
    with pytest.raises(ValueError, match="unexpected end"):
        checked("pagerduty", b"{")
    with local_server() as server:
        running = Running("pagerduty", server)
        running.spoil = PAGERDUTY["no source"]
        with pytest.raises(Permanent):
            running.send(DOWN)
    said = msgspec.json.decode(running.answers[0].body)
    assert said["errors"] == ["$.payload: 'source' is a required property"]
    assert isinstance(running.answers[0], Answer)
