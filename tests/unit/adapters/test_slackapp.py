import pytest
from msgspec.structs import replace

from cli.vendors.localserver import local_server
from cli.vendors.slackworkspace import CHANNELS
from tests.unit.adapters.slackchannel import DOWN, OVER, SLOW, Channel
from tocsin.domain.errors import Permanent


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
