"""What a mail says, as a client reads it."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import T0, alert
from tests.unit.adapters.mailed import ANN, BOB, SENDER, mailed, notification, rich_alerts, texts
from tocsin.adapters.receivers import email
from tocsin.adapters.receivers.email import page

LABELS = (("alertname", "DiskAlmostFull"), ("service", "orders-db"))


def test_both_parts_say_what_where_since_when_and_what_was_found():
    message = mailed(*rich_alerts(), labels=LABELS, truncated=4)
    assert message["Subject"] == "[FIRING:1] DiskAlmostFull (service=orders-db)"
    for said in texts(message):
        for expected in (
            "[FIRING:1] DiskAlmostFull (service=orders-db)",
            "critical, firing",
            "The disk of db-3 is 96 % full and will be full in about 40 minutes.",
            "2025-11-22 05:40 UTC",
            "db-3.eu-central-1",
            "/var/lib/postgresql",
            "https://wiki.example/runbooks/disk",
            "https://prometheus.example/graph?g0.expr=disk_used%3E0.9",
            "Storage (#storage): orders-db, tier 1",
            "https://grafana.example/d/disk?var-host=db-3",
            "Keep write-ahead logs for 7 days by mira",
            "likely cause: write-ahead logs fill the disk",
            "and 4 more",
            "https://tocsin.example/",
            "tocsin, tenant acme, receiver oncall",
        ):
            assert expected in said


def test_who_it_is_from_and_to():
    message = mailed(settings={"sender_name": 'Alerts "of" Zürich'})
    (sender,) = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ('Alerts "of" Zürich', SENDER)
    assert [each.addr_spec for each in message["To"].addresses] == [ANN, BOB]
    assert mailed()["From"] == SENDER
    quoted = mailed(settings={"sender_name": 'Alerts \\ "of" acme'})
    assert quoted["From"].addresses[0].display_name == 'Alerts \\ "of" acme'


def test_no_machine_answers_it():
    message = mailed()
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"


@pytest.mark.parametrize(
    ("fields", "reason", "is_urgent"),
    [
        ({"severity": "critical"}, "", True),
        ({"severity": "warning"}, "", False),
        ({"severity": "critical", "status": "resolved"}, "", False),
        ({"severity": "critical"}, "enrichment added", False),
    ],
)
def test_only_a_critical_page_is_urgent(fields, reason, is_urgent):
    message = mailed(alert("Down", **fields), reason=reason)
    assert (message["Importance"], message["X-Priority"]) == (
        ("high", "1") if is_urgent else (None, None)
    )


def test_filters_find_the_tenant_the_receiver_and_the_state():
    message = mailed(alert("Down", status="resolved", severity="high"))
    names = ("Tenant", "Receiver", "State", "Severity")
    found = [message[f"X-Tocsin-{name}"] for name in names]
    assert found == ["acme", "oncall", "resolved", "high"]


def test_what_follows_is_under_the_first():
    first = mailed(key="toc_a")
    assert first["Message-ID"] == "<toc_a@alerts.example.com>"
    assert first["In-Reply-To"] is None
    for key in ("toc_b", "toc_c"):
        follows = mailed(key=key, thread=("toc_a", "2.0.0 Ok: queued as 4F1A"))
        assert follows["Message-ID"] == f"<{key}@alerts.example.com>"
        assert follows["In-Reply-To"] == first["Message-ID"]
        assert follows["References"].split() == [first["References"], first["Message-ID"]]


def test_where_the_service_gave_the_first_its_own_id_that_one_is_answered():
    receipt = "<0107-4f1a-000000@eu-central-1.amazonses.com>"
    follows = mailed(key="toc_b", thread=("toc_a", receipt))
    assert follows["In-Reply-To"] == receipt
    assert follows["References"].split() == [mailed(key="toc_a")["References"], receipt]


def test_every_attempt_is_the_same_but_for_its_date():
    again = [
        email.render(notification(*rich_alerts(), attempt=attempt), "", T0 + attempt)
        for attempt in (1, 2)
    ]
    dates = [re.search(rb"\r\nDate: (.*)\r\n", each)[1] for each in again]
    assert dates == [b"Sat, 22 Nov 2025 05:40:01 +0000", b"Sat, 22 Nov 2025 05:40:02 +0000"]
    assert again[0].replace(dates[0], b"") == again[1].replace(dates[1], b"")


def test_a_long_subject_is_cut_and_a_long_list_of_alerts_too():
    message = mailed(*(alert(f"Name{index:03}" * 20) for index in range(300)))
    assert len(message["Subject"]) == email.SUBJECT_LIMIT
    assert message["Subject"].endswith("…")
    for said in texts(message):
        assert "and 280 more" in said


@pytest.mark.parametrize("character", ["x", "<", '"', "é", "漢", "\U0001f525", "\u0301"])
def test_the_largest_message_is_whole_and_of_limited_size(character):
    # As long as alert.md lets them be.
    labels = {f"{name}{character * 255}": character * 4000 for name in "abcd"}
    annotations = {"summary": character * 16_000, "runbook_url": f"https://x.example/{character}"}
    alerts = [
        alert(
            f"{index}{character * 4000}",
            labels=labels,
            annotations=annotations,
            url=f"https://x.example/{'a' * 900}",
        )
        for index in range(24)
    ]
    message = mailed(*alerts)
    plain, html = texts(message)
    assert len(html.encode()) <= page.PAGE_LIMIT_BYTES
    shown = html.count("warning, firing")
    assert shown == plain.count("warning, firing") >= 1
    assert f"and {24 - shown} more" in plain
    assert "&amp;amp" not in html


def test_one_alert_always_has_room():
    evil = '"' * 4000
    found = rich_alerts()[0].enrichment
    labels = {f"{name}{evil}": evil for name in "abcdef"}
    message = mailed(alert(evil, labels=labels, annotations={"summary": evil}, enrichment=found))
    assert len(texts(message)[1].encode()) <= page.PAGE_LIMIT_BYTES


class Tags(HTMLParser):
    """The tags of a page and their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        raise AssertionError(f"<{tag}/>")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def tags(self) -> set[str]:
        return {tag for tag, _ in self.found}


HOSTILE = [
    "<script>alert(1)</script><img src=x onerror=y>",
    '"><a href="javascript:x">',
    "--=_boundary\r\nContent-Type: text/html\r\n\r\n<b>",
    "\r\nBcc: eve@example.com\r\n\r\nbody",
    "=?utf-8?b?QmNjOiBldmVAZXhhbXBsZS5jb20=?=",
    "a\u2028b\u202e\x00\x1b[31m\ud800{title}%s{{x}}",
    ".\r\n.\r\nQUIT",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(text):
    evil = alert(
        text,
        labels={"instance": text, text: text},
        annotations={"summary": text, "runbook_url": text},
        url=f"javascript:{text}",
        severity="critical",
    )
    message = mailed(evil, labels=(("team", text),))
    plain_names = [name for name, _ in mailed(alert("Down", severity="critical")).items()]
    assert [name for name, _ in message.items()] == plain_names
    tags = Tags(texts(message)[1])
    assert tags.open == []
    assert tags.tags() <= Tags(texts(mailed())[1]).tags() | {"br"}
    links = {attributes["href"] for tag, attributes in tags.found if tag == "a"}
    assert links == {"https://tocsin.example/"}
    assert "\n" not in message["Subject"]


def test_what_looks_like_an_encoded_word_is_read_as_it_was_written():
    message = mailed(alert("=?utf-8?b?WA==?="), settings={"sender_name": "=?utf-8?q?Y?="})
    assert message["Subject"] == "[FIRING:1] =?utf-8?b?WA==?="
    assert message["From"].addresses[0].display_name == "=?utf-8?q?Y?="


def test_a_link_leads_where_it_says():
    url = "https://x.example/?a=1&copy=2&lt;=3#%20"
    message = mailed(alert("Down", url=url))
    assert ("a", {"href": url, "style": f"color:{page.LINK}"}) in Tags(texts(message)[1]).found
    assert f"source: {url}" in texts(message)[0]


@given(st.text(), st.text(), st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_text_arrives_in_its_place(name, value, sender_name):
    printable = "".join(each for each in sender_name if each.isprintable())
    message = mailed(
        alert(name, labels={"instance": value}, annotations={"summary": value}),
        settings={"sender_name": printable},
        labels=(("x", value),),
    )
    assert len(message["Subject"]) <= email.SUBJECT_LIMIT
    assert message["Message-ID"] == "<toc_1@alerts.example.com>"
    assert [each.addr_spec for each in message["To"].addresses] == [ANN, BOB]
    assert Tags(texts(message)[1]).open == []


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=400))
@settings(max_examples=100, deadline=None)
def test_no_line_is_too_long_for_a_server(name):
    content = email.render(notification(alert(name), labels=(("x", name),)), "", T0)
    assert content.isascii()
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")


def test_only_a_link_of_the_web_can_be_opened():
    evil = 'https://x.example/"onclick="y\r\nz>漢'
    message = mailed(alert("Down", annotations={"runbook_url": evil}, url="ftp://x.example/"))
    links = [attributes["href"] for tag, attributes in Tags(texts(message)[1]).found if tag == "a"]
    assert links == [
        "https://x.example/%22onclick=%22y%0Az%3E%E6%BC%A2",
        "https://tocsin.example/",
    ]


def test_it_loads_nothing_and_so_tells_nobody_that_it_was_read():
    html = texts(mailed(*rich_alerts(), labels=LABELS))[1]
    assert not Tags(html).tags() & {"img", "link", "script", "style", "iframe", "object"}
    assert "url(" not in html


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_it_can_be_read_in_the_light_and_in_the_dark():
    for colour in page.COLOURS.values():
        assert contrast(colour, "#ffffff") >= 5
    for colour in (page.QUIET, page.LINK):
        assert contrast(colour, "#ffffff") >= 4.5
        assert contrast(colour, "#121212") >= 4


def test_the_bar_has_the_colour_of_the_worst_that_fires_and_green_when_all_is_over():
    ended = alert("B", severity="critical", status="resolved")
    bars = [
        re.search(r'bgcolor="(#[0-9a-f]{6})"', texts(mailed(*alerts))[1])[1]
        for alerts in ((alert("A"), alert("B", severity="critical")), (alert("A"), ended), (ended,))
    ]
    assert bars == [page.COLOURS[name] for name in ("critical", "warning", "resolved")]
