import pytest
from msgspec.structs import replace

from cli.vendors.localserver import Answer, local_server
from cli.vendors.slackworkspace import CHANNELS, TOKEN
from tests.builders import T0
from tests.channels import tools
from tests.unit.adapters.slackchannel import DOWN, OVER, SECRET, SLOW, Channel
from tocsin.adapters.http import HttpAnswer
from tocsin.adapters.receivers import slackblocks
from tocsin.domain.errors import Permanent, Retryable, Throttled, Unsendable


@pytest.fixture
def channel():
    with local_server() as server:
        yield Channel(server)


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


@pytest.mark.parametrize("word", ["invalid_blocks", "msg_too_long"])
@pytest.mark.parametrize(("alert", "is_shown"), [(SLOW, True), (OVER, True), (DOWN, False)])
def test_plain_text_stays_in_the_thread(channel, word, alert, is_shown):
    receipt = channel.send(DOWN)
    channel.workspace.says = [word]
    channel.send(alert, receipt=receipt, reason="enrichment added" if alert is DOWN else "")
    first, said = channel.workspace.messages
    assert said.arguments["text"].count("\n") > 1
    assert not {"blocks", "attachments"} & said.arguments.keys()
    assert (said.thread_ts, said.is_broadcast) == (first.ts, is_shown)
    assert len(channel.workspace.methods) == 3


def test_plain_text_goes_to_the_channel_where_the_thread_is_gone(channel):
    receipt = channel.send(DOWN)
    channel.workspace.says = ["thread_not_found", "invalid_blocks"]
    channel.send(SLOW, receipt=receipt)
    said = channel.workspace.messages[-1]
    assert (said.thread_ts, "blocks" in said.arguments) == ("", False)
    channel.workspace.says = ["invalid_blocks", "thread_not_found"]
    channel.send(SLOW, receipt=receipt)
    said = channel.workspace.messages[-1]
    assert (said.thread_ts, "blocks" in said.arguments) == ("", False)


def test_plain_text_is_made_where_slack_wants_it_and_not_before(channel, monkeypatch):
    made, bare = [], slackblocks.bare
    monkeypatch.setattr(slackblocks, "bare", lambda message: made.append(1) or bare(message))
    receipt = channel.send(DOWN)
    channel.send(OVER, receipt=receipt)
    assert made == []
    channel.workspace.says = ["invalid_blocks"]
    channel.send(DOWN)
    assert made == [1]


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
