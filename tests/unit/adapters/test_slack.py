import json

import pytest

from cli.vendors import slackschema
from tests.builders import T0, alert, receiver
from tocsin.adapters.receivers import slack, slackblocks
from tocsin.adapters.receivers.slackmarkup import escape
from tocsin.domain.found import (
    Content,
    Enrichment,
    Findings,
    Link,
    Owner,
    RecentChange,
    Similar,
    Triage,
)
from tocsin.domain.group import GroupKey
from tocsin.domain.messagetemplate import MessageTemplate
from tocsin.ports import Notification


def message(*alerts, labels=(), reason="", **fields):
    notification = Notification(
        key="toc_1",
        receiver=receiver(kind="slack", **fields),
        group=GroupKey("acme", "oncall", labels),
        alerts=alerts,
        attempt=1,
        reason=reason,
    )
    return json.loads(slack.render(notification))


def texts(sent):
    return [block["text"]["text"] for block in sent["blocks"]]


def test_a_message_says_what_and_where():
    down = alert(
        "Down",
        severity="critical",
        labels={"team": "db", "instance": "a"},
        annotations={"summary": "it is down"},
        starts_at_s=T0,
        url="https://prometheus.example/graph?g0=a&b=1",
    )
    sent = message(down, labels=(("alertname", "Down"), ("team", "db")))
    assert sent["text"] == "[FIRING:1] Down (team=db)"
    assert "channel" not in sent
    assert texts(sent) == [
        "[FIRING:1] Down (team=db)",
        "*Down* critical, firing since "
        "<!date^1763790000^{date_short_pretty} {time}|2025-11-22 05:40 UTC>\n"
        "it is down\n"
        "instance=a, team=db\n"
        "<https://prometheus.example/graph?g0=a&amp;b=1|source>",
    ]


def test_what_is_only_told_more_about_does_not_look_like_another_page():
    assert message(alert("Down"), reason="enrichment added")["text"] == (
        "[FIRING:1, more is known] Down"
    )
    assert message(alert("Down"), reason="new alerts added")["text"] == "[FIRING:1] Down"


def test_a_resolved_message_and_another_channel():
    gone = alert("Down", status="resolved", annotations={"description": "it is back"})
    sent = message(gone, gone, channel="#ops")
    assert (sent["text"], sent["channel"]) == ("[RESOLVED:2] Down", "#ops")
    assert texts(sent)[1] == "*Down* warning, resolved\nit is back\n_how many_ 2 of this name here"


def test_only_the_first_alerts_are_shown():
    sent = message(*(alert(f"A{index}") for index in range(13)))
    assert len(sent["blocks"]) == 12
    assert texts(sent)[-1] == "and 3 more"
    assert texts(message(*(alert(f"A{index}") for index in range(10))))[-1].startswith("*A9*")


def test_nothing_in_an_alert_becomes_a_mention_or_a_link():
    evil = alert(
        "<!channel>",
        labels={"x": "<@U1>&"},
        annotations={"summary": "<https://evil.example|click> a\u202eb\x00"},
        url="https://prometheus.example/>|<!here>",
    )
    sent = message(evil)
    section = texts(sent)[1]
    assert section == (
        "*&lt;!channel&gt;* warning, firing\n"
        "&lt;https://evil.example|click&gt; ab\n"
        "x=&lt;@U1&gt;&amp;\n"
        "<https://prometheus.example/%3E%7C%3C!here%3E|source>"
    )
    assert sent["text"] == "[FIRING:1] &lt;!channel&gt;"


def test_joined_emoji_and_letters_stay_joined():
    family, persian = (
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    )
    sent = message(alert("Down", annotations={"summary": f"{family} {persian}"}))
    assert texts(sent)[1].endswith(f"\n{family} {persian}")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "", "https://x.example/" + "&" * 200])
def test_an_odd_or_long_link_is_left_out(url):
    assert texts(message(alert("Down", url=url)))[1] == "*Down* warning, firing"


@pytest.mark.parametrize("blank", ["", "\u3164", "\u200b"])
def test_a_text_of_a_template_has_no_section_that_slack_would_refuse_as_empty(blank):
    text = "\n".join(["\u6f22" * 1000, blank, "\u6f22" * 1000, "end"])
    sent = message(alert(), template=MessageTemplate(text=text))
    assert list(slackschema.faults(sent, slackschema.WEBHOOK_FIELDS)) == []
    assert all(said.strip() for said in texts(sent))
    assert texts(sent)[-1] == "end"


def test_the_worst_texts_stay_within_slacks_limits():
    worst = alert(
        "&" * 5000,
        labels={"&" * 3000: "&" * 3000},
        annotations={"summary": "&" * 10000},
        url="https://x.example/" + "&" * 90,
    )
    sent = message(*[worst] * 50, labels=(("a", "&" * 5000),))
    assert len(sent["blocks"]) <= 50
    assert len(texts(sent)[0]) <= 150
    assert max(map(len, texts(sent)[1:])) <= slackblocks.TEXT_LIMIT
    assert len(sent["text"]) <= slackblocks.TEXT_LIMIT


@pytest.mark.parametrize(
    ("text", "limit", "escaped"),
    [
        ("", 5, ""),
        ("abcde", 5, "abcde"),
        ("abcdef", 5, "ab..."),
        ("&&", 10, "&amp;&amp;"),
        ("&&&", 10, "&amp;..."),
        ("a&b", 7, "a&amp;b"),
        ("a&b", 6, "a..."),
    ],
)
def test_a_text_is_cut_between_escapes(text, limit, escaped):
    assert escape(text, limit) == escaped


FOUND = Enrichment(
    owner=Owner(service="checkout-api", team="payments", contact="#payments", tier="1"),
    links=(Link(title="Runbook <a>", url="https://runbooks.example/a?b=c&d=|e"),),
    findings=Findings(
        changes=(
            RecentChange(
                at_s=T0, service="checkout-api", title="v42", kind="deployment", by="ann", url=""
            ),
        ),
        content=(Content(url="https://x.example/p", title="Pool", summary="Raise\nthe limit."),),
        triage=Triage(by="model-1", cause="the pool is full", checks=("look at <!here> pg",)),
        similar=tuple(
            Similar(fingerprint=str(n), name=f"Like{n}", likeness=0.9, how="template", seen_at_s=T0)
            for n in range(5)
        ),
    ),
)


def test_what_was_found_out_helps_whoever_is_paged():
    _, text = texts(message(alert(enrichment=FOUND)))
    assert text.splitlines()[-7:] == [
        "_owner_ payments (#payments): checkout-api, tier 1",
        "<https://runbooks.example/a?b=c&amp;d=%7Ce|Runbook &lt;a&gt;>",
        "_changed_ 05:40 UTC deployment v42 by ann (checkout-api)",
        "_page_ <https://x.example/p|Pool: Raise the limit.>",
        "_written by a machine (model-1)_ likely cause: the pool is full",
        "_written by a machine (model-1)_ check: look at &lt;!here&gt; pg",
        "_similar_ Like0 (0.90), Like1 (0.90), Like2 (0.90) and 2 more",
    ]


def test_what_was_found_out_leaves_room_for_the_alert_itself():
    links = tuple(Link(title="&" * 300, url=f"https://x.example/{n}" * 20) for n in range(4))
    long = "x" * 300
    triage = Triage(by=long, cause="<" * 300, impact="<" * 300, checks=(long, long, long))
    found = Enrichment(links=links, findings=Findings(triage=triage))
    _, text = texts(message(alert(annotations={"summary": "s" * 999}, enrichment=found)))
    assert len(text) <= 3000
    assert "s" * 900 in text


def context(sent):
    (attachment,) = sent["attachments"]
    (block,) = attachment["blocks"]
    return attachment["color"], block["elements"][0]["text"]


def test_the_colour_is_that_of_the_worst_that_fires_until_all_is_over():
    gone = alert("Gone", status="resolved", severity="critical", starts_at_s=T0)
    assert context(message(alert(severity="info"), gone)) == ("#1976d2", "1 firing, 1 resolved")
    assert context(message(gone)) == ("#2e7d32", "1 resolved")


def test_when_it_began_and_ended_is_said():
    sent = message(alert("Down", status="resolved", starts_at_s=T0, ends_at_s=T0 + 60.0))
    assert texts(sent)[1] == (
        "*Down* warning, resolved, "
        "<!date^1763790000^{date_short_pretty} {time}|2025-11-22 05:40 UTC> to "
        "<!date^1763790060^{date_short_pretty} {time}|2025-11-22 05:41 UTC>\n_lasted_ 1m"
    )
    ended = message(alert("Down", status="resolved", ends_at_s=T0))
    assert texts(ended)[1].startswith("*Down* warning, resolved until <!date^1763790000^")


def test_a_time_that_no_calendar_has_keeps_no_page_back():
    assert texts(message(alert("Down", starts_at_s=-1e15)))[1] == "*Down* warning, firing"


def test_a_runbook_is_linked_or_named():
    linked = alert("Down", annotations={"runbook_url": "https://r.example/x"}, url="https://s.x/")
    assert texts(message(linked))[1].endswith(
        "\n<https://r.example/x|runbook> <https://s.x/|source>"
    )
    named = alert("Down", annotations={"runbook_url": "page 7 <b>"})
    assert texts(message(named))[1].endswith("\nrunbook: page 7 &lt;b&gt;")


def test_all_of_it_is_linked_if_there_is_a_place_for_it():
    notification = Notification(
        key="toc_1",
        receiver=receiver(kind="slack"),
        group=GroupKey("acme", "oncall"),
        alerts=tuple(alert(f"A{index}") for index in range(11)),
        attempt=1,
        truncated=2,
    )
    sent = json.loads(slack.render(notification, "https://tocsin.example"))
    assert texts(sent)[-1] == "<https://tocsin.example|and 3 more>"
    assert context(sent)[1] == "11 firing <https://tocsin.example|all alerts>"


def test_labels_that_tell_less_come_last():
    labels = {"instance": "a", "job": "node", "pod": "p", "zone": "z", "alpha": "1"}
    assert texts(message(alert("Down", labels=labels)))[1].splitlines()[1:] == [
        "instance=a, job=node, pod=p",
        "alpha=1, zone=z",
    ]


def test_many_long_alerts_are_fewer_and_the_rest_is_counted():
    long = [alert(f"A{index}", annotations={"summary": "s" * 5000}) for index in range(10)]
    sent = message(*long)
    assert len(json.dumps(sent["blocks"])) < 10_000
    shown = len(sent["blocks"]) - 2
    assert texts(sent)[-1] == f"and {10 - shown} more"
    assert shown >= 5


def test_the_worst_alert_is_shown_in_any_script():
    worst = alert(
        "\U0001f525" * 500,
        labels={f"l{n}": "\U0001f525" * 500 for n in range(9)},
        annotations={"summary": "\U0001f525" * 5000},
    )
    section = texts(message(worst, worst))[1]
    assert section.startswith("*\U0001f525")
    assert len(section.encode("utf-16-le")) // 2 <= slackblocks.TEXT_LIMIT


def test_a_link_that_stands_there_already_is_not_repeated():
    links = (
        Link(title="Runbook", url="https://r.example/"),
        Link(title="Logs | all", url="https://l.example/"),
    )
    linked = alert(
        annotations={"runbook_url": "https://r.example/"}, enrichment=Enrichment(links=links)
    )
    assert texts(message(linked))[1].splitlines()[1:] == [
        "<https://r.example/|runbook>",
        "<https://l.example/|Logs / all>",
    ]
