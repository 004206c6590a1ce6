import pytest
from msgspec.structs import replace

from tests.builders import T0, alert, receiver
from tocsin.adapters.receivers.fitting import fitted, json_text, json_writer
from tocsin.adapters.receivers.message import message_of
from tocsin.adapters.receivers.sns import SUBJECT_LIMIT, subject
from tocsin.adapters.receivers.textmessage import text_of
from tocsin.domain.actionlink import KINDS, MessageAction
from tocsin.domain.found import Enrichment, Owner
from tocsin.domain.group import GroupKey
from tocsin.domain.messagetemplate import MessageTemplate
from tocsin.ports import Notification


def notification(*alerts, **fields):
    return Notification(
        key="toc_1",
        receiver=receiver(),
        group=GroupKey("acme", "oncall"),
        alerts=alerts,
        attempt=1,
        **fields,
    )


def text(*alerts, limit=4000, most=20, **fields):
    return text_of(message_of(notification(*alerts, **fields), most), limit)


FIRING = alert(
    "Down",
    severity="critical",
    labels={"instance": "db-1", "team": "db"},
    annotations={"summary": "it is down", "runbook_url": "https://runbooks.example/down"},
    starts_at_s=T0,
    url="https://prometheus.example/graph",
    enrichment=Enrichment(owner=Owner(service="db", team="storage")),
)


def test_an_alert_is_told_in_lines():
    assert text(FIRING, external_url="https://t.example") == (
        "Down: critical, firing\n"
        "it is down\n"
        "where: instance=db-1, team=db\n"
        "since: 2025-11-22 05:40 UTC\n"
        "runbook: https://runbooks.example/down\n"
        "source: https://prometheus.example/graph\n"
        "owner: storage: db\n"
        "\n"
        "https://t.example"
    )


def test_what_is_over_says_until_when_it_fired():
    over = alert(status="resolved", starts_at_s=T0, ends_at_s=T0 + 300)
    assert "until: 2025-11-22 05:45 UTC\nlasted: 5m" in text(over)


def test_what_finds_no_room_is_counted():
    many = [alert(f"Alert{number:03}", annotations={"summary": "x" * 300}) for number in range(50)]
    told = text(*many, limit=1000, truncated=7, external_url="https://t.example")
    assert len(told) <= 1000
    shown = told.count("HighLatency") + told.count("Alert")
    assert told.endswith(f"and {57 - shown} more\n\nhttps://t.example")


def doing(length=40):
    url = "https://t.example/v1/actions/".ljust(length, "x")
    return tuple(
        MessageAction(name=kind, title=kind, url=f"{url}{index}", token="")
        for index, kind in enumerate(KINDS)
    )


def test_what_can_be_done_comes_last_and_of_what_is_over_there_is_nothing():
    told = text(FIRING, external_url="https://t.example", actions=doing())
    shown = "\n".join(f"{each.name}: {each.url}" for each in doing())
    assert told.endswith(f"owner: storage: db\n\nhttps://t.example\n\n{shown}")
    assert "actions" not in text(alert(status="resolved"), actions=doing())


@pytest.mark.parametrize(("limit", "count"), [(160, 0), (1024, 1), (2000, 3), (4000, 3)])
def test_what_can_be_done_leaves_half_of_the_room_to_what_happened(limit, count):
    # As long as such links are, in a message as long as SMS, Pushover, Discord and ntfy have it.
    many = [alert(f"Alert{n:03}", annotations={"summary": "x" * 300}) for n in range(50)]
    told = text(*many, limit=limit, external_url="https://t.example", actions=doing(300))
    assert len(told) <= limit
    assert told.count("/v1/actions/") == count
    assert told.startswith("Alert000: warning, firing")
    assert "https://t.example" in told


def test_a_template_has_what_can_be_done_below_it():
    own = receiver(template=MessageTemplate(text="only this"))
    message = message_of(replace(notification(FIRING, actions=doing()), receiver=own), 20)
    told = text_of(message, 4000)
    assert told.startswith("only this\n\nacknowledge: https://t.example/v1/actions/")


@pytest.mark.parametrize("limit", [1, 20, 60, 140, 500])
def test_one_alert_that_is_too_long_is_cut(limit):
    told = text(alert(annotations={"summary": "é" * 5000}), limit=limit, external_url="https://t")
    assert 0 < len(told) <= limit
    if limit >= 60:
        assert told.startswith("HighLatency: warning, firing")
        assert told.endswith("https://t")


def test_a_text_cannot_pass_for_another_line_of_it():
    told = text(alert("Down\n\nand 9 more", labels={"a": "b\nsource: https://evil.example"}))
    assert told.splitlines()[0].startswith("Down and 9 more: warning")
    assert "\nsource:" not in told


def test_a_subject_is_short_ascii_in_one_line():
    said = subject(message_of(notification(alert("Überlauf \U0001f525 " * 20)), 0).title)
    assert said.isascii()
    assert said.isprintable()
    assert len(said) <= SUBJECT_LIMIT
    assert said.startswith("[FIRING:1] Uberlauf ? Uberlauf")


def test_json_has_no_character_that_xml_does_not_have():
    assert json_text({"a": "\ufffe\uffff\x00"}) == '{"a":"\\ufffe\\uffff\\u0000"}'


def test_what_is_no_news_is_left_out_first():
    news = alert("New", annotations={"summary": "x" * 500})
    known = [alert(f"Known{number}", annotations={"summary": "x" * 500}) for number in range(9)]
    whole = notification(news, *known, new=1)
    said = fitted(whole, json_writer(whole, ""), 2500)
    assert '"alertname":"New"' in said
    assert '"alertname":"Known8"' not in said
    assert len(said.encode()) <= 2500


def test_what_cannot_be_made_to_fit_is_refused():
    whole = notification(replace(FIRING, enrichment=None))
    with pytest.raises(ValueError, match="too long"):
        fitted(whole, json_writer(whole, ""), 100)
