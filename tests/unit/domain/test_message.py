"""What a notification says: the default content, languages, and a tenant's own wording."""

import msgspec
import pytest
from msgspec.structs import replace

from tests.builders import T0, alert
from tocsin.domain.group import GroupKey, digest_of
from tocsin.domain.message import overriding
from tocsin.domain.message.content import content_of
from tocsin.domain.message.message import Message, Subject
from tocsin.domain.message.overriding import overridden, wrong_parts
from tocsin.domain.message.samples import sample_subjects
from tocsin.domain.messagetemplate import MessageTemplate
from tocsin.domain.wording import words_of
from tocsin.domain.wording.linkwords import LinkWords, link_words_of
from tocsin.domain.wording.words import Words

KEY = GroupKey("acme", "oncall", (("alertname", "Down"), ("cluster", "eu-1")))


def said(*alerts, **fields) -> Message:
    return content_of(Subject(**{"group": KEY, "alerts": alerts, **fields}), 10)


def lines(found) -> list[str]:
    return [f"{line.about}: {line.text}" for line in found]


def test_an_alert_says_where_since_when_and_how_many() -> None:
    labels = {"zone": "b", "instance": "db-1", "service": "orders", "team": "db"}
    down = alert("Down", labels=labels, starts_at_s=T0, value=2.5)
    message = said(down, alert("Down"), reason="new alerts added")
    assert lines(message.shown[0].facts) == [
        "where: instance=db-1, service=orders, team=db",
        "since: 2025-11-22 05:40 UTC",
        "how many: 2 of this name here",
        "value: 2.5",
    ]
    assert lines(message.notes) == ["why now: something new fires here"]
    over = replace(down, status="resolved", ends_at_s=T0 + 3900.0)
    assert "lasted: 1h5m" in lines(said(over).shown[0].facts)


def test_what_nobody_said_is_not_made_up() -> None:
    message = said(alert("Down"), group=GroupKey("acme", "oncall"))
    assert message.shown[0].facts == ()
    assert message.notes == ()


@pytest.mark.parametrize(
    ("names", "title"),
    [
        ("A", "[FIRING:1] A (cluster=eu-1)"),
        ("ABCD", "[FIRING:4] A, B, C, D (cluster=eu-1)"),
        ("ABCDEF", "[FIRING:6] A, B, C and 3 others (cluster=eu-1)"),
    ],
)
def test_a_title_names_few(names: str, title: str) -> None:
    assert said(*map(alert, names)).title == title


def test_a_title_never_says_of_what_is_over_that_it_fires() -> None:
    over = [alert(name, status="resolved") for name in "ABCDEF"]
    message = said(*over, alert("Z"), reason="some alerts resolved")
    assert message.title == "[FIRING:1] Z (cluster=eu-1)"
    assert said(*over[:2]).title == "[RESOLVED:2] A, B (cluster=eu-1)"


def test_a_digest_says_how_many_of_what() -> None:
    alerts = [alert("A")] * 20 + [alert("B")] * 12 + [alert("C", status="resolved")] * 5
    message = said(*alerts, group=digest_of(KEY), reason="first notification", truncated=3)
    assert message.title == "[FIRING:32, RESOLVED:5] 40 alerts of 3 kinds"
    assert lines(message.notes) == [
        "what: A 20, B 12, C 5",
        "why now: so much happens that it is told together",
    ]


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_language_has_all_words_and_all_places_in_them(language) -> None:
    _have_the_same(words_of(language), words_of("en"))
    _have_the_same(link_words_of(language), link_words_of("en"))
    assert words_of(language).language == link_words_of(language).language == language


def _have_the_same(words: Words | LinkWords, english: Words | LinkWords) -> None:
    for field in msgspec.structs.fields(words):
        own, other = getattr(words, field.name), getattr(english, field.name)
        assert own, field.name
        if isinstance(own, str) and field.name != "time":
            assert _places(own) == _places(other), field.name
        elif not isinstance(own, str):
            assert own.keys() == other.keys()
            assert all(own.values())


def _places(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}


def test_german_is_german() -> None:
    message = said(alert("Down", starts_at_s=T0), language="de", reason="first notification")
    assert message.title == "[ALARM:1] Down (cluster=eu-1)"
    assert lines(message.notes) == ["Anlass: das ist die erste Nachricht darüber"]
    assert lines(message.shown[0].facts)[-1] == "seit: 22.11.2025 05:40 UTC"


def written(template: MessageTemplate, **fields) -> tuple[Message, tuple[str, ...]]:
    subject = Subject(**{"group": KEY, "alerts": (alert("Down", starts_at_s=T0),), **fields})
    return overridden(subject, template, 10)


def test_a_template_says_the_title_and_the_text() -> None:
    template = MessageTemplate(title="{{ severity }}:\n{{ alerts[0].name }}", text="a\n\nb ")
    message, warnings = written(template, reason="first notification")
    assert (message.title, message.text, message.notes) == ("warning: Down", "a\n\nb", ())
    assert warnings == ()


def test_a_part_that_is_left_out_is_the_default_one() -> None:
    message, _ = written(MessageTemplate(title="x"), reason="first notification")
    assert message.text == ""
    assert lines(message.notes) == ["why now: this is the first message about it"]


def test_where_a_template_fails_the_default_is_said_and_that() -> None:
    message, warnings = written(MessageTemplate(title="{{ 1 / firing - 1 / resolved }}", text="t"))
    assert message.title == "[FIRING:1] Down (cluster=eu-1)"
    assert message.text == "t"
    (note,) = message.notes
    assert "the template of this receiver failed" in note.text
    assert "title, line 1, column" in note.text
    assert len(warnings) == 1


def test_nothing_that_goes_wrong_with_a_template_keeps_a_message_back(monkeypatch) -> None:
    def broken(*_args, **_fields):
        raise KeyError("secret")

    monkeypatch.setattr(overriding, "render", broken)
    message, warnings = written(MessageTemplate(text="x"))
    assert message.shown[0].name == "Down"
    assert message.text == ""
    assert "KeyError" in message.notes[0].text
    assert "secret" not in str((message, warnings))


def test_an_empty_text_is_the_default_one_with_a_warning() -> None:
    message, warnings = written(MessageTemplate(text="{% if resolved %}over{% endif %}"))
    assert message.text == ""
    assert message.notes == ()
    assert warnings == ("text: says nothing, so the default one is sent",)


def test_wrong_parts_are_found_before_anything_happens() -> None:
    template = MessageTemplate(title="{{ alerts[0].value + 1 }}", text="{{ nme }}")
    found = [
        each for one in sample_subjects("acme", "x", "en") for each in wrong_parts(template, one)
    ]
    assert {part for part, _ in found} == {"title", "text"}
