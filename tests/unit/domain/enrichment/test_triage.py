"""Reading a model's answer, and the triage that needs no model."""

import json
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.enrichment.extracted import extracted
from tocsin.domain.enrichment.prompt import ChangeData, Material, OwnerData, PageData
from tocsin.domain.enrichment.triage import is_empty, read
from tocsin.domain.errors import Permanent
from tocsin.domain.found import Triage

ABOUT = Material(
    alert="DiskFull",
    severity="critical",
    provider="prometheus",
    labels={"instance": "db-1.shop.example:9100"},
)
GOOD = {"cause": "Logs fill the disk.", "impact": "Orders fail.", "checks": ["Look at /var/log"]}


def _read(answer, by="m-1"):
    return read(answer if isinstance(answer, str) else json.dumps(answer), by, ABOUT)


def test_what_was_asked_for_is_read():
    assert _read(GOOD) == Triage(
        by="m-1",
        cause="Logs fill the disk.",
        impact="Orders fail.",
        checks=("Look at /var/log",),
    )


@pytest.mark.parametrize("wrapped", ["```json\n%s\n```", "\n```\n%s\n```\n", " %s\n"])
def test_it_may_be_wrapped_as_documents_wrap_code(wrapped):
    assert _read(wrapped % json.dumps(GOOD)).cause == GOOD["cause"]


@pytest.mark.parametrize("blank", ["\n", " ", "\n ", "`", "```", "```json\n"])
@pytest.mark.parametrize("around", ["```\n%sx", "%s```\n", "```%s```", "%s"])
def test_an_answer_of_nothing_takes_no_time(blank, around):
    filled = around % (blank * (19_000 // len(blank)))
    began_s = process_time()
    with pytest.raises(Permanent):
        _read(filled)
    assert process_time() - began_s < 1.0


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "I'm sorry, I cannot help with that.",
        "null",
        "[]",
        '"cause"',
        {},
        {"cause": "x", "impact": "y"},
        {**GOOD, "cause": None},
        {**GOOD, "cause": ["x"]},
        {**GOOD, "checks": "look"},
        {**GOOD, "checks": [1]},
        {**GOOD, "severity": "low"},
        {**GOOD, "silence": True},
        json.dumps(GOOD)[:-5],
        json.dumps(GOOD) * 2,
        "Here it is: " + json.dumps(GOOD),
        '{"cause": "\\ud800", "impact": "", "checks": []',
        "[" * 10_000,
        "{" * 10_000,
    ],
)
def test_anything_else_is_a_failure_that_quotes_nothing(answer):
    with pytest.raises(Permanent) as caught:
        _read(answer)
    assert str(caught.value) == "m-1: its answer is not the JSON that was asked for"


@given(st.one_of(st.text(), st.recursive(st.text() | st.none() | st.floats(), st.lists).map(str)))
def test_whatever_comes_it_is_read_or_refused(answer):
    with pytest.raises(Permanent):
        _read(answer)


@given(st.text(), st.text(), st.lists(st.text()))
def test_whatever_a_model_says_is_short_and_printable(cause, impact, checks):
    found = _read({"cause": cause, "impact": impact, "checks": checks})
    assert len(found.checks) <= 3
    for text, limit in ((found.cause, 300), (found.impact, 300), *((c, 160) for c in found.checks)):
        assert len(text) <= limit
        assert text.isprintable()


def test_far_too_much_is_not_looked_at():
    with pytest.raises(Permanent, match="more than 20000 characters"):
        _read('{"cause": "' + "x" * 10_000_000)


def test_texts_are_cut_and_three_checks_are_kept():
    found = _read(
        {"cause": "c " * 500, "impact": "i " * 500, "checks": ["", " ", *["look " * 99] * 8]}
    )
    assert len(found.cause) <= 300
    assert len(found.impact) <= 300
    assert len(found.checks) == 3
    assert all(0 < len(each) <= 160 for each in found.checks)


def test_hosts_that_the_alert_has_are_named_and_others_made_harmless():
    found = _read({**GOOD, "cause": "db-1.shop.example is full, see evil.example/x"})
    assert found.cause == "db-1.shop.example is full, see evil[.]example/x"


PAGE = PageData(
    title="Runbook",
    summary="The disk fills up because rotation failed. Customers cannot pay. "
    "Check the size of /var/log. Restart logrotate.",
)


def test_without_a_model_the_sentences_that_were_found_are_put_in_order():
    about = Material(
        alert="DiskFull",
        severity="critical",
        provider="prometheus",
        annotations={
            "description": "Disk of db-1 is 98 % full. Requests of users fail with errors.",
            "runbook_url": "https://wiki.example/full-error-failed",
        },
        owner=OwnerData(service="shop", team="checkout", tier="1"),
        links=("Dashboard",),
        recent_changes=(ChangeData(service="shop", title="v2", kind="deploy", minutes_before=12),),
        pages=(PAGE,),
    )
    assert extracted(about) == Triage(
        by="extract",
        cause="The disk fills up because rotation failed.",
        impact="Requests of users fail with errors.",
        checks=(
            "Look at the deploy of shop 12 min before: v2",
            "Check the size of /var/log.",
            "Restart logrotate.",
        ),
    )


def test_it_says_what_it_has():
    bare = Material(alert="X", severity="info", provider="generic")
    assert is_empty(extracted(bare))
    owned = Material(
        alert="X",
        severity="info",
        provider="generic",
        owner=OwnerData(service="shop", team="checkout", tier="1"),
        links=("Dashboard",),
    )
    assert extracted(owned) == Triage(
        by="extract",
        impact="Service shop (tier 1), owned by checkout.",
        checks=("Look at Dashboard.",),
    )
    said = Material(
        alert="X", severity="info", provider="generic", annotations={"summary": "Disk is full"}
    )
    assert extracted(said).cause == "Disk is full"
