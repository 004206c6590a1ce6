"""What every kind of receiver does with what it is told, whatever it is told by."""

from contextlib import suppress

import pytest
from msgspec.structs import replace

from tests.builders import T0, alert
from tests.contract.channelsides import SIDES
from tocsin.adapters.receivers import ChannelReceivers
from tocsin.domain.actionlink import KINDS, MessageAction, link_for, token_of
from tocsin.domain.errors import Permanent, Retryable, Throttled, Unsendable
from tocsin.domain.group import GroupKey, Intent, Thread
from tocsin.pipeline.offering import offered
from tocsin.ports import Notification

GROUP = GroupKey("acme", "oncall", (("team", "db"),))
FIRING = alert("DiskFull", starts_at_s=T0, annotations={"summary": "nothing fits"})
ANOTHER = alert("SlowQuery", starts_at_s=T0 + 60.0, annotations={"summary": "it takes ages"})
HOSTILE = (
    "<!channel> <!here> <@U012AB3CD> @everyone @channel <at>all</at> <https://evil.example|see>"
    " [see](https://evil.example) <b onload=alert(1)>*bold*</b> <script>alert(1)</script>"
    ' "quoted" \\ {{7*7}} ${x} &amp; \r\nBcc: all@evil.example\r\n\x00\x1b[31m\u202ered'
)


INTENT = Intent(key="toc_1", steps=(), alerts=(FIRING,), created_at_s=T0)
ACTIONS = tuple(
    MessageAction(
        name=kind,
        title=f"{kind} it",
        url=f"https://tocsin.example/prod/v1/actions/{token}",
        token=token,
    )
    for kind in KINDS
    for token in [token_of(link_for(GROUP, INTENT, kind), b"secret")]
)


@pytest.fixture(params=SIDES)
def side(request):
    with SIDES[request.param]() as one:
        yield one


def told(side, *alerts, key="toc_1", attempt=1, thread=None, **fields):
    alerts = alerts or (FIRING,)
    return Notification(
        key=key,
        receiver=side.receiver,
        group=GROUP,
        alerts=alerts,
        attempt=attempt,
        new=len(alerts),
        thread=thread,
        **fields,
    )


def send(side, *alerts, **fields):
    return ChannelReceivers(side.tools).send(told(side, *alerts, **fields))


def ended(one):
    return alert(
        one.name,
        status="resolved",
        starts_at_s=one.starts_at_s,
        ends_at_s=T0 + 600.0,
        annotations=one.annotations,
    )


def test_what_is_told_first_is_seen_once(side):
    receipt = send(side)
    (seen,) = side.seen()
    assert not seen.is_over
    assert "DiskFull" in seen.text
    assert "nothing fits" in seen.text
    assert not any(secret in receipt for secret in side.secrets)
    assert receipt.isprintable()
    assert len(receipt) < 500
    assert list(side.faults()) == []


def test_what_follows_is_seen_where_the_kind_shows_it(side):
    receipt = send(side)
    send(side, ANOTHER, FIRING, key="toc_2", thread=Thread("toc_1", receipt))
    first, *more = side.seen()
    assert ("SlowQuery" in first.text) == (side.follows == "of it")
    assert [each.under for each in more] == {
        "alone": [""],
        "answers": [first.id],
        "under": [first.id],
        "of it": [],
    }[side.follows]
    assert any("SlowQuery" in each.text for each in side.seen())
    assert not any(each.is_over for each in side.seen())
    assert list(side.faults()) == []


def test_what_is_merely_known_by_now_ends_nothing(side):
    receipt = send(side)
    thread = Thread("toc_1", receipt)
    send(side, FIRING, key="toc_2", thread=thread, reason="enrichment added")
    send(side, FIRING, key="toc_3", thread=thread)
    assert not any(each.is_over for each in side.seen())
    assert list(side.faults()) == []


def test_who_keeps_an_incident_shows_that_people_have_it_in_hand(side):
    if not side.receiver.takes_acknowledgements:
        # Nothing of the kind is ever sent to it.
        assert side.follows != "of it"
        return
    thread = Thread("toc_1", send(side))
    taken = {"thread": thread, "reason": "acknowledged", "acknowledged_by": HOSTILE}
    side.lose_answer()
    with pytest.raises(Retryable):
        send(side, key="toc_2", **taken)
    send(side, key="toc_2", attempt=2, **taken)
    (seen,) = side.seen()
    assert (seen.is_acknowledged, seen.is_over) == (True, False)
    send(side, ended(FIRING), key="toc_3", thread=thread)
    assert [each.is_over for each in side.seen()] == [True]
    assert list(side.faults()) == []
    assert list(side.live()) == []


def test_an_acknowledgement_of_which_nothing_is_known_before_it_opens_nothing(side):
    if side.receiver.takes_acknowledgements:
        send(side, reason="acknowledged", acknowledged_by="ann")
        assert side.seen() == []
        assert list(side.faults()) == []


def test_the_end_is_seen(side):
    receipt = send(side)
    send(side, ended(FIRING), key="toc_2", thread=Thread("toc_1", receipt))
    assert [each.is_over for each in side.seen()] == {
        "alone": [False, True],
        "answers": [False, True],
        "under": [True],
        "of it": [True],
    }[side.follows]
    assert list(side.faults()) == []


def test_an_end_of_which_nothing_is_known_before_it_does_no_harm(side):
    send(side, ended(FIRING))
    assert not any(not each.is_over for each in side.seen())
    assert list(side.faults()) == []


def test_what_can_be_done_is_shown_to_people_as_long_as_it_fires_and_to_no_program(side):
    is_for_people = bool(offered(GROUP, INTENT, side.receiver))
    receipt = send(side, actions=ACTIONS)
    for action in ACTIONS:
        assert said(side, action.token) == is_for_people
    assert list(side.faults()) == []
    before = len(side.calls())
    thread = Thread("toc_1", receipt)
    send(side, ended(FIRING), key="toc_2", thread=thread, actions=ACTIONS)
    assert not any(
        action.token in str(call) for call in side.calls()[before:] for action in ACTIONS
    )


def said(side, text):
    """Tell whether a text is in a message, also where it has no place among what is read."""
    return text in side.seen()[0].text or text in str(side.calls()[0])


def test_a_second_try_says_the_same(side):
    side.fail()
    with pytest.raises(Retryable):
        send(side)
    send(side, attempt=2)
    first, second = side.calls()
    assert first == second
    assert len(side.seen()) == 1


def test_a_refusal_is_for_good(side, caplog):
    side.refuse()
    with pytest.raises(Permanent) as raised:
        send(side)
    assert not isinstance(raised.value, Unsendable)
    assert "oncall" in raised.value.reason
    assert not any(secret in str(raised.value) + caplog.text for secret in side.secrets)
    assert side.seen() == []


def test_who_asks_for_fewer_calls_is_well(side, caplog):
    side.throttle(30)
    with pytest.raises(Throttled) as raised:
        send(side)
    assert raised.value.retry_after_s == (30.0 if side.says_when else None)
    assert not any(secret in str(raised.value) + caplog.text for secret in side.secrets)
    send(side, attempt=2)
    assert len(side.seen()) == 1


def test_a_vendor_that_is_down_is_asked_again(side, caplog):
    side.fail()
    with pytest.raises(Retryable) as raised:
        send(side)
    assert not isinstance(raised.value, Throttled)
    assert not any(secret in str(raised.value) + caplog.text for secret in side.secrets)
    assert side.seen() == []


def test_a_vendor_that_does_not_answer_in_time_is_asked_again(side, caplog):
    side.hang()
    with pytest.raises(Retryable) as raised:
        send(side)
    assert not isinstance(raised.value, Throttled)
    assert not any(secret in str(raised.value) + caplog.text for secret in side.secrets)


def test_what_may_have_arrived_is_sent_again_under_the_same_key(side):
    side.lose_answer()
    with pytest.raises(Retryable):
        send(side)
    assert len(side.seen()) == 1
    send(side, attempt=2)
    first, second = side.calls()
    assert first == second
    assert len(side.seen()) == (1 if side.deduplicates else 2)
    assert len({each.text for each in side.seen()}) == 1


def test_an_end_whose_answer_was_lost_is_told_again_and_seen(side):
    thread = Thread("toc_1", send(side))
    side.lose_answer()
    with pytest.raises(Retryable):
        send(side, ended(FIRING), key="toc_2", thread=thread)
    send(side, ended(FIRING), key="toc_2", thread=thread, attempt=2)
    assert side.seen()[-1 if side.follows in ("alone", "answers") else 0].is_over
    assert list(side.faults()) == []


@pytest.mark.parametrize("error", [Unsendable("not there"), Retryable("no answer")])
def test_without_a_secret_that_it_needs_nothing_is_sent(side, error):
    def nowhere(_secret):
        raise error

    side.tools = replace(side.tools, secret=nowhere)
    with suppress(Unsendable, Retryable):
        send(side)
    assert len(side.calls()) == len(side.seen())


@pytest.mark.parametrize("character", ["x", "&", '"', "\u20ac", "\U0001f525"])
def test_too_much_is_cut_down_to_what_the_vendor_takes(side, character):
    long = character * 4_000
    flood = [
        alert(
            f"A{index:03}" + long[:500],
            labels={f"label_{n}": long for n in range(3 if index else 8)},
            annotations={"summary": long * 3, "runbook_url": "https://x.example/" + "r" * 4_000},
            starts_at_s=T0,
            url="https://x.example/" + "u" * 4_000,
        )
        for index in range(60)
    ]
    external_url = "https://tocsin.example"
    send(side, *flood, truncated=7, external_url=external_url, actions=ACTIONS)
    assert "A000" in side.seen()[0].text
    assert list(side.faults()) == []


def test_what_an_alert_says_is_text_and_nothing_else(side):
    hostile = alert(
        HOSTILE,
        labels={"instance": HOSTILE, HOSTILE: "x"},
        annotations={"summary": HOSTILE, "description": HOSTILE, "runbook_url": HOSTILE},
        starts_at_s=T0,
        url="javascript:alert(1)",
    )
    thread = Thread("toc_1", send(side, hostile))
    send(side, hostile, key="toc_2", thread=thread)
    assert list(side.live()) == []
    assert list(side.faults()) == []


def test_a_time_beyond_the_calendar_is_told_or_cannot_be_sent(side):
    with suppress(Unsendable):
        send(side, alert("DiskFull", starts_at_s=-1e15))
    assert list(side.faults()) == []
