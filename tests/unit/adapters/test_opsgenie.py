import pytest
from msgspec.structs import replace

from cli.vendors.jsonschemas import checked
from cli.vendors.localserver import Answer, local_server
from tests.builders import receiver
from tests.channels import tools
from tests.notifications import DOWN, EVIL, FOUND, UP, WORST, flood, notification
from tocsin.adapters.receivers import ChannelReceivers, opsgenie
from tocsin.domain.channels import Opsgenie, Responder
from tocsin.domain.errors import Permanent, Retryable, Throttled
from tocsin.domain.group import Thread
from tocsin.domain.messagetemplate import MessageTemplate
from tocsin.domain.secret import Secret

URL = "https://tocsin.example/acme"
THREAD = Thread("toc_0", "alias")


def account(url="https://api.opsgenie.com", **fields):
    settings = Opsgenie(api_key=Secret(name="tocsin/acme/genie"), url=url, **fields)
    return receiver(kind="opsgenie", url="", settings=settings)


def created(*alerts, who=(), **fields):
    told = notification(*alerts, receiver=account(responders=who), **fields)
    path, body = opsgenie.render(told, URL)
    assert path == "/v2/alerts"
    return checked("opsgenie-create", body)


def test_what_fires_is_an_alert_with_an_alias():
    sent = created(DOWN)
    description = sent.pop("description")
    assert sent == {
        "message": "[FIRING:1] Down (team=db)",
        "alias": sent["alias"],
        "details": {"instance": "db-1", "service": "orders", "cluster": "eu-1", "team": "db"},
        "entity": "orders",
        "source": "tocsin",
        "priority": "P1",
    }
    assert description.splitlines() == [
        "[FIRING:1] Down (team=db)",
        URL,
        "why now: this is the first message about it",
        "",
        "Down: critical, firing",
        "it is down",
        "where: instance=db-1, service=orders, cluster=eu-1",
        "since: 2025-11-22 05:40 UTC",
        "also: team=db",
        "runbook: https://runbooks.example/down",
        "source: https://prometheus.example/graph?g0=a&b=1",
    ]


def test_what_is_all_over_closes_the_alert_of_that_alias():
    path, body = opsgenie.render(notification(UP, receiver=account(), thread=THREAD), URL)
    assert path == f"/v2/alerts/{created(DOWN)['alias']}/close?identifierType=alias"
    assert checked("opsgenie-action", body)["note"] == "[RESOLVED:1] Down (team=db)"


@pytest.mark.parametrize(("by", "shown"), [("ann", "ann"), ("a" * 101, "a" * 99 + "…")])
def test_what_people_have_in_hand_is_acknowledged_by_whom(by, shown):
    told = notification(DOWN, receiver=account(), thread=THREAD, acknowledged_by=by)
    path, body = opsgenie.render(told, URL)
    assert path == f"/v2/alerts/{created(DOWN)['alias']}/acknowledge?identifierType=alias"
    assert checked("opsgenie-action", body) == {"source": "tocsin", "user": shown}


def test_what_is_only_told_more_about_is_a_note_and_pages_nobody():
    known = replace(DOWN, enrichment=FOUND)
    told = notification(known, receiver=account(), thread=THREAD, reason="enrichment added", new=1)
    path, body = opsgenie.render(told, URL)
    assert path == f"/v2/alerts/{created(DOWN)['alias']}/notes?identifierType=alias"
    note = checked("opsgenie-action", body)["note"]
    assert "owner: payments (#payments): orders, tier 1" in note
    assert "written by a machine (model-1): likely cause: the pool is full" in note
    assert "javascript" not in note


def test_what_follows_is_sent_as_a_note_too_since_the_alert_keeps_its_text():
    sent = created(DOWN, UP, thread=THREAD, reason="some alerts resolved")
    assert "Down: warning, resolved" in sent["note"]
    assert "note" not in created(DOWN)


def test_more_about_what_was_never_told_is_told_as_an_alert():
    assert created(DOWN, reason="enrichment added", thread=None)["message"]


@pytest.mark.parametrize(
    ("severity", "priority"),
    [("critical", "P1"), ("high", "P2"), ("warning", "P3"), ("info", "P4"), ("low", "P5")],
)
def test_severities_are_priorities(severity, priority):
    assert created(replace(DOWN, severity=severity))["priority"] == priority


def test_responders_are_named_as_opsgenie_wants_it():
    who = (
        Responder(kind="team", name="Database"),
        Responder(kind="user", name="ann@acme.example"),
        Responder(kind="schedule", id="s-1"),
    )
    assert created(DOWN, who=who)["responders"] == [
        {"type": "team", "name": "Database"},
        {"type": "user", "username": "ann@acme.example"},
        {"type": "schedule", "id": "s-1"},
    ]


def test_hostile_texts_make_no_lines_of_their_own():
    description = created(EVIL)["description"]
    assert not any(line.startswith("Resolved: yes") for line in description.splitlines())
    assert "\u202e" not in description
    assert "\x00" not in description


@pytest.mark.parametrize("worst", WORST, ids=lambda each: repr(each.name[0]))
def test_the_longest_alerts_stay_within_opsgenies_limits(worst):
    sent = created(*flood(worst))
    assert sent["description"].endswith("\n…")
    assert sum(len(name) + len(value) for name, value in sent["details"].items()) <= 8000
    told = notification(*flood(worst), receiver=account(), thread=THREAD, reason="enrichment added")
    checked("opsgenie-action", opsgenie.render(told, URL)[1])


def test_a_long_line_of_a_template_is_cut_and_not_left_out():
    text = "{% for alert in alerts %}" + "x" * 990 + "{% endfor %}"
    own = replace(account(), template=MessageTemplate(text=text))
    _path, body = opsgenie.render(notification(*[DOWN] * 20, receiver=own), URL)
    sent = checked("opsgenie-create", body)
    assert 14_000 < len(sent["description"]) <= 15_000
    assert sent["description"].endswith("x…")


def test_what_is_not_shown_is_counted():
    description = created(*[replace(DOWN, annotations={}, url="")] * 60, truncated=3)["description"]
    assert description.endswith("\nand 13 more")


@pytest.fixture
def server():
    with local_server() as running:
        yield running


def send(server, *alerts, **fields):
    kept = {"tocsin/acme/genie": "g-1\n"}
    url = server.url.removesuffix("/hook/secret")
    told = notification(*alerts or [DOWN], receiver=account(url), **fields)
    return ChannelReceivers(tools(kept, external_url=URL)).send(told)


def test_a_retry_says_the_same_and_the_alias_is_the_receipt(server):
    server.answers = [Answer(status=500), Answer(status=202), Answer(status=202)]
    with pytest.raises(Retryable):
        send(server)
    receipt = send(server, attempt=2)
    assert send(server, UP, thread=THREAD) == receipt
    first, second, closing = server.requests
    assert first.body == second.body
    assert checked("opsgenie-create", second.body)["alias"] == receipt
    assert second.headers["authorization"] == "GenieKey g-1"
    assert second.path == "/v2/alerts"
    assert closing.path == f"/v2/alerts/{receipt}/close?identifierType=alias"


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, Permanent), (403, Permanent), (422, Permanent), (429, Throttled), (503, Retryable)],
)
def test_answers_are_read_as_opsgenie_documents_them(server, status, error):
    server.answers = [Answer(status=status, headers={"Retry-After": "7"})]
    with pytest.raises(error) as raised:
        send(server)
    assert "g-1" not in str(raised.value)
