"""A Slack message drawn as a page: what its blocks say, and nothing that does anything."""

import json
import re

import pytest

from cli.preview.slackpage import page
from tests.builders import receiver
from tests.notifications import EVIL, WORST, notification
from tests.pictures import pages
from tocsin.adapters.receivers import slack


def drawn(text, kind="mrkdwn"):
    """Return what is drawn of one text."""
    blocks = [{"type": "section", "text": {"type": kind, "text": text}}]
    found = re.search(r'<div class="section">(.*?)</div>', page({"blocks": blocks}), re.DOTALL)
    return found[1]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*Disk* is _very_ ~empty~ `full`", "<b>Disk</b> is <i>very</i> <s>empty</s> <code>full"),
        ("disk_used_bytes 2*3*4 a_b_", "disk_used_bytes 2*3*4 a_b_"),
        (
            "<https://x.example/?a=1&amp;b=2|the page>",
            '<a href="https://x.example/?a=1&amp;b=2">the',
        ),
        ("<https://x.example/>", '<a href="https://x.example/">https://x.example/</a>'),
        ("<https://x.example/|a &lt;b&gt;>", '<a href="https://x.example/">a &lt;b&gt;</a>'),
        ("<javascript:alert(1)|here>", '<span class="mention">here</span>'),
        ("<!channel> <@U1>", '<span class="mention">!channel</span>'),
        ("&lt;!channel&gt; &amp; \"'", "&lt;!channel&gt; &amp; &quot;&#x27;"),
        ("since <!date^1763790000^{date_short_pretty} {time}|then>", "since Nov 22, 2025 05:40"),
        ("since <!date^1763790000^{ago}|then>", "since then"),
        ("<b onclick=x>", '<span class="mention">b onclick=x</span>'),
    ],
)
def test_markup_is_drawn_as_slack_documents_it(text, html):
    assert drawn(text).startswith(html)


def test_plain_text_has_no_markup():
    assert drawn("*Disk* <b>", "plain_text") == "*Disk* &lt;b&gt;"


def test_every_block_that_is_written_is_drawn():
    plain = {"type": "plain_text", "text": "Disk"}
    blocks = [
        {"type": "header", "text": plain},
        {"type": "section", "fields": [plain, plain]},
        {"type": "context", "elements": [plain]},
        {"type": "actions", "elements": [{"type": "button", "text": plain}]},
        {"type": "divider"},
        {"type": "video<"},
    ]
    text = page({"blocks": blocks, "attachments": [{"color": "#d32f2f", "blocks": blocks[:1]}]})
    for part in (
        "<h1>Disk</h1>",
        "<div>Disk</div><div>Disk</div>",
        '<div class="section context">Disk</div>',
        "<button>Disk</button>",
        "<hr>",
        "<code>video&lt;</code>",
        '<div class="bar" style="border-color:#d32f2f"><h1>Disk</h1></div>',
    ):
        assert part in text


@pytest.mark.parametrize("alerts", [(EVIL,), tuple(WORST)])
def test_hostile_texts_are_shown_and_do_nothing(alerts):
    sent = notification(*alerts, receiver=receiver(kind="slack", url=""))
    text = page(json.loads(slack.render(sent)))
    said = text.partition("</head>")[2]
    tags = {*re.findall(r"<([a-z]\w*)", said)}
    assert tags <= {"a", "b", "body", "div", "h1", "i", "span"}
    assert 'class="mention"' not in said
    assert not re.search(r"<[^>]* on\w+=", said)


def test_the_pictures_of_the_documentation_are_of_the_default_messages():
    found = pages()
    assert found.keys() == {"email.html", "slack.html"}
    for text in found.values():
        assert "DiskAlmostFull" in text
        assert "Silence for 1 h" in text
