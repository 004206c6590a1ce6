import pytest
from msgspec.structs import replace

from cli.vendors import slackschema
from cli.vendors.localserver import Answer, local_server
from cli.vendors.slackworkspace import CHANNELS, TOKEN, Workspace
from tests.builders import T0, alert, receiver
from tests.channels import tools
from tocsin.adapters.http import HttpAnswer
from tocsin.adapters.receivers import ChannelReceivers
from tocsin.domain.channels import SlackApp
from tocsin.domain.errors import Permanent, Retryable, Throttled, Unsendable
from tocsin.domain.group import GroupKey, Thread
from tocsin.domain.secret import Secret
from tocsin.ports import Notification

DOWN, SLOW = alert("Down", starts_at_s=T0), alert("Slow", starts_at_s=T0)
OVER = alert("Down", status="resolved", starts_at_s=T0, ends_at_s=T0 + 60.0)
SECRET = Secret(name="tocsin/acme/slack")


class Channel:
    """A channel of a workspace, and the receiver that leads there."""

    def __init__(self, server):
        self.server = server
        self.workspace = Workspace()
        server.respond = self.workspace.answer
        self.app = SlackApp(token=SECRET, channel="#ops", api_url=server.url)
        self.tools = tools({SECRET.name: TOKEN})

    def send(self, *alerts, receipt=None, new=None, reason="", **fields):
        notification = Notification(
            key="toc_1",
            receiver=receiver(kind="slack", url="", settings=self.app, **fields),
            group=GroupKey("acme", "oncall"),
            alerts=alerts,
            attempt=1,
            new=len(alerts) if new is None else new,
            reason=reason,
            thread=None if receipt is None else Thread("toc_0", receipt),
        )
        return ChannelReceivers(self.tools).send(notification)

    @property
    def shown(self):
        """What stands in the channel, but for what is in threads."""
        return [
            slackschema.text(each.arguments).splitlines()[0]
            for each in self.workspace.messages
            if not each.thread_ts or each.is_broadcast
        ]

    @property
    def answers(self):
        return [
            slackschema.text(each.arguments).splitlines()[0]
            for each in self.workspace.messages
            if each.thread_ts
        ]


@pytest.fixture
def channel():
    with local_server() as server:
        yield Channel(server)


def test_a_receipt_names_the_channel_the_message_and_how_the_channel_is_configured(channel):
    receipt = channel.send(DOWN)
    (message,) = channel.workspace.messages
    assert receipt == f"{CHANNELS['#ops']}/{message.ts}/#ops"
    assert channel.shown == ["[FIRING:1] Down"]


def test_what_fires_besides_is_answered_and_shown_to_all(channel):
    receipt = channel.send(DOWN)
    channel.send(SLOW, DOWN, receipt=receipt, new=1)
    assert channel.answers == ["[FIRING:2] Slow, Down"]
    assert channel.shown == ["[FIRING:1] Down", "[FIRING:2] Slow, Down"]


@pytest.mark.parametrize(
    ("alerts", "new", "reason"),
    [((OVER, SLOW), 1, ""), ((DOWN,), 1, "enrichment added")],
)
def test_what_wakes_nobody_stays_in_the_thread(channel, alerts, new, reason):
    receipt = channel.send(DOWN)
    channel.send(*alerts, receipt=receipt, new=new, reason=reason)
    assert len(channel.answers) == 1
    assert channel.shown == ["[FIRING:1] Down"]


def test_that_it_still_fires_is_shown_to_all(channel):
    receipt = channel.send(DOWN)
    channel.send(DOWN, receipt=receipt, new=0)
    assert channel.shown == ["[FIRING:1] Down", "[FIRING:1] Down"]
    assert len(channel.answers) == 1


def test_the_end_changes_the_first_message_with_one_call(channel):
    receipt = channel.send(DOWN)
    assert channel.send(OVER, receipt=receipt) == receipt
    assert channel.shown == ["[RESOLVED:1] Down"]
    assert channel.workspace.methods == ["chat.postMessage", "chat.update"]


def test_the_end_answers_where_that_is_wanted(channel):
    channel.app = replace(channel.app, on_resolve="reply")
    receipt = channel.send(DOWN)
    channel.send(OVER, receipt=receipt)
    assert channel.answers == ["[RESOLVED:1] Down"]
    assert channel.shown == ["[FIRING:1] Down"]


def test_the_end_of_what_somebody_deleted_is_told_anew(channel):
    receipt = channel.send(DOWN)
    channel.workspace.delete(receipt.split("/")[1])
    channel.send(OVER, receipt=receipt)
    assert channel.shown == ["[RESOLVED:1] Down"]


@pytest.mark.parametrize("word", ["cant_update_message", "edit_window_closed"])
def test_the_end_of_what_may_not_be_changed_is_answered_for_all_to_see(channel, word):
    receipt = channel.send(DOWN)
    channel.workspace.says = [word]
    channel.send(OVER, receipt=receipt)
    assert channel.answers == ["[RESOLVED:1] Down"]
    assert channel.shown == ["[FIRING:1] Down", "[RESOLVED:1] Down"]


@pytest.mark.parametrize(
    "word", ["thread_not_found", "restricted_action_thread_locked", "channel_not_found"]
)
def test_what_cannot_be_answered_is_told_anew(channel, word):
    receipt = channel.send(DOWN)
    channel.workspace.says = [word]
    channel.send(SLOW, receipt=receipt)
    assert channel.answers == []
    assert channel.shown == ["[FIRING:1] Down", "[FIRING:1] Slow"]


def test_when_nothing_of_the_thread_is_left_three_calls_are_enough(channel):
    receipt = channel.send(DOWN)
    channel.workspace.says = ["message_not_found", "cannot_reply_to_message"]
    channel.send(OVER, receipt=receipt)
    assert channel.shown == ["[FIRING:1] Down", "[RESOLVED:1] Down"]
    assert channel.answers == []


def test_a_channel_that_is_gone_altogether_is_a_refusal(channel):
    receipt = channel.send(DOWN)
    channel.workspace.says = ["channel_not_found", "is_archived", "is_archived"]
    with pytest.raises(Permanent, match="receiver oncall says is_archived"):
        channel.send(OVER, receipt=receipt)


def test_another_channel_begins_a_thread_of_its_own(channel):
    receipt = channel.send(DOWN)
    channel.app = replace(channel.app, channel="#db")
    moved = channel.send(SLOW, DOWN, receipt=receipt, new=1)
    assert moved.startswith(CHANNELS["#db"])
    assert channel.answers == []


@pytest.mark.parametrize("receipt", ["", "message-1", "C1/", "/1.2/#ops"])
def test_a_receipt_of_another_kind_begins_a_thread(channel, receipt):
    channel.send(OVER, receipt=receipt)
    assert channel.workspace.methods == ["chat.postMessage"]
    assert channel.shown == ["[RESOLVED:1] Down"]


@pytest.mark.parametrize("word", ["ratelimited", "rate_limited", "message_limit_exceeded"])
def test_who_wants_fewer_calls_is_throttled(channel, word):
    channel.server.answers = [
        Answer(headers={"Retry-After": "30"}, body=b'{"ok":false,"error":"%s"}' % word.encode())
    ]
    with pytest.raises(Throttled, match=f"receiver oncall says {word}") as raised:
        channel.send(DOWN)
    assert raised.value.retry_after_s == 30.0


@pytest.mark.parametrize(
    "word", ["fatal_error", "internal_error", "service_unavailable", "team_added_to_org", "new_one"]
)
def test_what_may_pass_is_tried_again(channel, word):
    channel.workspace.says = [word]
    with pytest.raises(Retryable, match=f"receiver oncall says {word}") as raised:
        channel.send(DOWN)
    assert not isinstance(raised.value, Throttled)


@pytest.mark.parametrize(
    "word",
    [
        "account_inactive",
        "channel_not_found",
        "invalid_auth",
        "is_archived",
        "not_in_channel",
        "token_revoked",
    ],
)
def test_what_will_not_pass_is_refused(channel, word):
    channel.workspace.says = [word]
    with pytest.raises(Permanent, match=f"receiver oncall says {word}") as raised:
        channel.send(DOWN)
    assert not isinstance(raised.value, Unsendable)


@pytest.mark.parametrize("word", ["invalid_blocks", "msg_too_long", "msg_blocks_too_long"])
def test_what_slack_does_not_take_as_it_should_look_is_told_in_plain_text(channel, word):
    channel.workspace.says = [word]
    evil = replace(DOWN, annotations={"summary": "<!channel> is down"})
    receipt = channel.send(evil)
    (posted,) = channel.workspace.messages
    assert receipt == f"{CHANNELS['#ops']}/{posted.ts}/#ops"
    assert posted.arguments["text"].startswith("[FIRING:1] Down\n")
    assert "&lt;!channel&gt; is down" in posted.arguments["text"]
    assert not {"blocks", "attachments"} & posted.arguments.keys()
    channel.workspace.says = [word] * 3
    channel.send(OVER, receipt=receipt)
    assert channel.workspace.messages[-1].arguments["text"].startswith("[RESOLVED:1] Down\n")


def test_what_slack_takes_in_no_form_is_refused(channel):
    channel.workspace.says = ["msg_too_long"] * 2
    with pytest.raises(Permanent, match="receiver oncall says msg_too_long"):
        channel.send(DOWN)


def test_the_scope_that_is_missing_is_named(channel):
    channel.server.answers = [
        Answer(body=b'{"ok":false,"error":"missing_scope","needed":"chat:write"}')
    ]
    with pytest.raises(Permanent, match=r"says missing_scope \(chat:write\)$"):
        channel.send(DOWN)


@pytest.mark.parametrize(
    "body",
    [b"<html>sign in</html>", b"[]", b'{"ok":"yes"}', b'{"ok":false,"error":"<b>\\n no"}', b""],
)
def test_an_answer_that_is_none_of_slacks_is_not_repeated_in_the_reason(channel, body):
    channel.server.answers = [Answer(body=body)]
    with pytest.raises(Retryable) as raised:
        channel.send(DOWN)
    assert "<" not in raised.value.reason
    assert "\n" not in raised.value.reason


@pytest.mark.parametrize(
    "body", [b'{"ok":tr', b'{"ok":false,"err', b'{"channel":"C123ABC456","ok":true']
)
def test_an_answer_that_breaks_off_before_it_says_anything_is_none(channel, body):
    channel.server.answers = [Answer(body=body, missing_bytes=40)]
    with pytest.raises(Retryable):
        channel.send(DOWN)


@pytest.mark.parametrize(
    ("body", "receipt"),
    [
        (b'{"ok":true,"channel":', ""),
        (b'{"ok":true,"channel":"C123ABC456","ts":"1503435956.00', ""),
        (
            b'{"ok":true,"channel":"C123ABC456","ts":"1503435956.000247","message":{"te',
            "C123ABC456/1503435956.000247/#ops",
        ),
    ],
)
def test_an_answer_that_breaks_off_once_slack_said_that_it_is_done_makes_no_second_page(
    channel, body, receipt
):
    channel.server.answers = [Answer(body=body, missing_bytes=40)]
    assert channel.send(DOWN) == receipt
    assert len(channel.server.requests) == 1


def test_an_answer_that_shows_two_long_messages_makes_no_second_page(channel):
    # Of an answer that the channel shows, Slack also shows what it answers (`root`), and writes
    # what is beyond ASCII in escapes.
    said = "\\ud83d\\ude00" * 6_000
    body = (
        f'{{"message":{{"text":"{said}","root":{{"text":"{said}"}}}},'
        '"channel":"C123ABC456","ts":"1503435956.000247","ok":true}'
    )
    channel.server.answers = [Answer(body=body.encode())]
    assert channel.send(DOWN) == "C123ABC456/1503435956.000247/#ops"
    assert len(channel.server.requests) == 1


def test_a_token_is_taken_without_the_line_end_that_it_was_stored_with(channel):
    channel.tools = tools({SECRET.name: TOKEN + "\n"})
    channel.send(DOWN)
    assert channel.shown == ["[FIRING:1] Down"]


@pytest.mark.parametrize("token", ["xoxb\nX-Other: 1", "xoxb-\u20ac"])
def test_a_token_that_no_header_can_hold_is_never_sent(channel, token):
    channel.tools = tools({SECRET.name: token})
    with pytest.raises(Unsendable) as raised:
        channel.send(DOWN)
    assert "xoxb" not in raised.value.reason
    assert channel.server.requests == []


def test_a_token_that_is_not_there_sends_nothing(channel):
    channel.tools = tools()
    with pytest.raises(Permanent, match="tocsin/acme/slack"):
        channel.send(DOWN)
    assert channel.server.requests == []


def test_all_calls_together_take_no_longer_than_one_may(channel):
    now = iter([T0, T0 + 1.0, T0 + 1.0, T0 + 11.0])
    receipt = channel.send(DOWN)
    channel.tools = replace(channel.tools, clock=lambda: next(now, T0 + 11.0))
    channel.workspace.says = ["message_not_found"]
    with pytest.raises(Retryable, match="no time left for chat"):
        channel.send(OVER, receipt=receipt)
    assert channel.workspace.methods == ["chat.postMessage", "chat.update"]


def test_a_further_call_has_the_time_that_the_one_before_it_left(channel):
    waits_s, now_s = [], [T0]

    class Slow:
        def post(self, _url, _body, _headers, timeout_s, _limit_bytes):
            waits_s.append(timeout_s)
            now_s[0] += 4.0
            return HttpAnswer(200, {}, b'{"ok":false,"error":"message_not_found"}')

    channel.tools = replace(channel.tools, http=Slow(), clock=lambda: now_s[0])
    with pytest.raises(Permanent):
        channel.send(OVER, receipt="C1/1503435956.000001/#ops")
    assert waits_s == [10.0, 6.0, 2.0]


def test_every_word_has_one_meaning():
    from tocsin.adapters.receivers.slackwords import BUSY, FIXED, GONE, REFUSALS

    assert not BUSY & REFUSALS
    assert not FIXED & GONE
