from itertools import chain

import pytest
from msgspec.structs import replace

from cli.vendors.jsonschemas import checked
from cli.vendors.localserver import Answer, local_server
from tests.builders import receiver
from tests.channels import tools
from tests.notifications import DOWN, EVIL, FOUND, HOSTILE, UP, WORST, flood, notification
from tocsin.adapters.receivers import ChannelReceivers, teams
from tocsin.domain.actionlink import KINDS, MessageAction
from tocsin.domain.channels import Teams
from tocsin.domain.errors import Permanent, Retryable, Throttled, Unsendable
from tocsin.domain.messagetemplate import MessageTemplate
from tocsin.domain.secret import Secret

URL = "https://tocsin.example/acme"


def workflow(url=""):
    kept = Secret(value=url) if url else Secret(name="tocsin/acme/teams")
    return receiver(kind="teams", url="", settings=Teams(url=kept))


def card(*alerts, **fields):
    body = teams.render(notification(*alerts, receiver=workflow(), **fields), URL)
    assert len(body.decode().encode("utf-16-le")) <= 28_000
    return checked("teams", body)["attachments"][0]["content"]


def lines(shown):
    return ["".join(run["text"] for run in block["inlines"]) for block in shown["body"]]


def color(shown):
    return shown["body"][0]["inlines"][0]["color"]


def test_a_card_says_what_where_and_since_when():
    shown = card(DOWN)
    assert lines(shown) == [
        "[FIRING:1] Down (team=db)",
        "why now: this is the first message about it",
        "Down  critical, firing",
        "it is down",
        "where: instance=db-1, service=orders, cluster=eu-1",
        "since: 2025-11-22 05:40 UTC",
        "also: team=db",
    ]
    assert [(action["title"], action["url"]) for action in shown["actions"]] == [
        ("tocsin", URL),
        ("runbook: Down", "https://runbooks.example/down"),
        ("source: Down", "https://prometheus.example/graph?g0=a&b=1"),
    ]


def test_what_can_be_done_comes_before_where_to_go_on_and_all_of_it_is_six():
    shown = card(DOWN, *WORST[:3], actions=actions())
    titles = [action["title"] for action in shown["actions"]]
    assert titles[:5] == ["acknowledge", "resolve", "silence", "tocsin", "runbook: Down"]
    assert len(titles) == 6
    assert [action["url"] for action in shown["actions"][:3]] == [each.url for each in actions()]
    over = card(UP, actions=actions())
    assert not any("/v1/actions/" in action["url"] for action in over["actions"])


def actions():
    return tuple(
        MessageAction(name=kind, title=kind, url=f"{URL}/v1/actions/{kind}", token=kind)
        for kind in KINDS
    )


def test_what_was_found_out_is_shown_and_leads_where_it_may():
    shown = card(replace(DOWN, enrichment=FOUND))
    assert "owner: payments (#payments): orders, tier 1" in lines(shown)
    links = [run["selectAction"]["url"] for block in shown["body"] for run in block["inlines"]
             if "selectAction" in run]  # fmt: skip
    assert links == ["https://dashboards.example/a?b=c"]


def test_colors_tell_what_fires_from_what_is_over():
    assert color(card(DOWN)) == "Attention"
    assert color(card(replace(DOWN, severity="warning"))) == "Warning"
    assert color(card(replace(DOWN, severity="info"))) == "Accent"
    assert color(card(UP)) == "Good"
    assert color(card(DOWN, reason="enrichment added")) == "Accent"


def test_only_the_first_alerts_are_shown():
    shown = card(*[replace(DOWN, annotations={}, url="")] * 13, truncated=2)
    assert lines(shown)[-1] == "and 5 more"


def test_texts_are_never_markup_and_nobody_is_mentioned():
    shown = card(EVIL)
    assert "entities" not in shown["msteams"]
    # The schema of the test has no element in which Markdown works; what is said is said.
    assert lines(shown)[2].startswith(HOSTILE.split("\r")[0])
    assert all("\n" not in line for line in lines(shown))
    assert len(shown["actions"]) == 2


@pytest.mark.parametrize("worst", WORST, ids=lambda each: repr(each.name[0]))
def test_the_longest_alerts_fit_and_what_is_left_out_is_counted(worst):
    shown = card(*flood(worst), replace(worst, status="resolved"))
    heads = [line for line in lines(shown) if line.endswith("warning, firing")]
    assert heads
    assert lines(shown)[-1] == f"and {201 - len(heads)} more"


# The longest text that a template gives, of characters that are longest in JSON and UTF-16.
@pytest.mark.parametrize("character", ['"', "\\", "\U0001f469", "x"])
def test_the_longest_text_of_a_template_fits(character):
    text = "{% for alert in alerts %}" + character * 900 + "\n{% endfor %}"
    own = replace(workflow(), template=MessageTemplate(text=text, title=character * 500))
    alerts = chain.from_iterable(flood(worst, 5) for worst in WORST)
    body = teams.render(notification(*alerts, receiver=own), URL)
    assert len(body.decode().encode("utf-16-le")) <= 28_000
    shown = checked("teams", body)["attachments"][0]["content"]
    assert any(line.startswith(character * 50) for line in lines(shown)[1:])


@pytest.fixture
def server():
    with local_server() as running:
        yield running


def send(server, kept="", **fields):
    secrets = {"tocsin/acme/teams": kept}
    told = notification(DOWN, receiver=workflow("" if kept else server.url), **fields)
    return ChannelReceivers(tools(secrets, external_url=URL)).send(told)


def test_a_retry_says_the_same_and_nothing_is_known_by_a_name(server):
    server.answers = [Answer(status=502), Answer(status=202, body=b""), Answer(status=202)]
    with pytest.raises(Retryable):
        send(server)
    assert send(server, attempt=2) == ""
    assert send(server, kept=f"{server.url}\n", attempt=3) == ""
    assert len({each.body for each in server.requests}) == 1
    assert {each.path for each in server.requests} == {"/hook/secret"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(status=400), Permanent),
        (Answer(status=401), Permanent),
        (Answer(status=404), Permanent),
        (Answer(status=429, headers={"Retry-After": "9"}), Throttled),
        (Answer(status=504), Retryable),
        # The connectors before workflows: the status says nothing.
        (
            Answer(body=b"Microsoft Teams endpoint returned HTTP error 429 with ContextId"),
            Throttled,
        ),
        (
            Answer(body=b"Microsoft Teams endpoint returned HTTP error 500 with ContextId"),
            Retryable,
        ),
        (
            Answer(body=b"Microsoft Teams endpoint returned HTTP error 413 with ContextId"),
            Permanent,
        ),
    ],
)
def test_answers_are_read_as_teams_gives_them(server, answer, error):
    server.answers = [answer]
    with pytest.raises(Retryable if error is Throttled else error) as raised:
        send(server)
    assert isinstance(raised.value, error)
    assert isinstance(raised.value, Throttled) == (error is Throttled)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "kept", ["http://example.com/hush", "hush", "https://", "ftp://example.com/hush"]
)
def test_what_is_kept_and_is_no_encrypted_address_is_not_called(server, kept):
    with pytest.raises(Unsendable, match="no https:// address") as raised:
        send(server, kept=kept)
    assert "hush" not in str(raised.value)
