"""The whole way from an alert to its triage, with providers on loopback that misbehave.

Waits are virtual; the answers are real HTTP. `docs/enrichment-model.md` has these figures.
"""

import json

import pytest
from msgspec.structs import replace

from benchmarks.models import PROVIDERS, QUESTIONS, played
from cli.vendors.localserver import Answer, local_server
from tests.builders import T0, alert
from tests.contract.test_models import KEY, OK, SETTINGS, models
from tests.template.transformed import ROOT
from tests.unit.adapters.models.test_failures import (
    aws,
    bedrock_said,
    body,
    gemini_said,
    google,
)
from tests.unit.pipeline.enrichment.modelworld import World
from tocsin.domain.enrichment.running import run
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.pipeline.enrichment.triage import stage

RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3600s"}
BUSY = {"bedrock": aws("ThrottlingException", 429), "gemini": google(429, "RESOURCE_EXHAUSTED")}
DOWN = {"bedrock": aws("ServiceUnavailableException", 503), "gemini": google(503, "UNAVAILABLE")}
LOST = {kind: Answer(body=b'{"x": ', missing_bytes=99) for kind in BUSY}
NO_KEY = {"bedrock": aws("AccessDeniedException", 403), "gemini": google(403, "PERMISSION_DENIED")}
BLOCKED = {"bedrock": bedrock_said("content_filtered"), "gemini": gemini_said("SAFETY")}
CUT_OFF = {
    "bedrock": bedrock_said("max_tokens", {"text": "{"}),
    "gemini": gemini_said("MAX_TOKENS", {"text": "{"}),
}
EMPTY = {"bedrock": bedrock_said("end_turn"), "gemini": gemini_said("STOP")}
HTML = {kind: Answer(body=b"<html>hello") for kind in BUSY}
FINE = {kind: body(OK[kind]) for kind in BUSY}


def saying(text):
    return {
        "bedrock": bedrock_said("end_turn", {"text": text}),
        "gemini": gemini_said("STOP", {"text": text}),
    }


HUGE = saying("x" * 10_000_000)
PROSE = saying("The disk is full, I think.")
OTHER = saying(json.dumps({"cause": "x", "impact": "y", "checks": [], "severity": "low"}))

# What comes, how often it is asked, how long is waited, and who writes the triage in the end.
CASES = {
    "busy for ever": ([BUSY] * 4, 4, 14.0, "extract"),
    "busy twice": ([BUSY, BUSY, FINE], 3, 6.0, "model"),
    "down for ever": ([DOWN] * 4, 4, 14.0, "extract"),
    "down once": ([DOWN, FINE], 2, 2.0, "model"),
    "breaks off": ([LOST] * 4, 4, 14.0, "extract"),
    "a page of HTML": ([HTML] * 4, 4, 14.0, "extract"),
    "no rights": ([NO_KEY], 1, 0.0, "extract"),
    "withheld": ([BLOCKED], 1, 0.0, "extract"),
    "cut off": ([CUT_OFF], 1, 0.0, "extract"),
    "empty": ([EMPTY], 1, 0.0, "extract"),
    "10 MB": ([HUGE], 1, 0.0, "extract"),
    "no JSON": ([PROSE], 1, 0.0, "nobody"),
    "another schema": ([OTHER], 1, 0.0, "nobody"),
}


@pytest.fixture
def server():
    with local_server() as made:
        yield made


def triaged(kind, server, left_s=60.0):
    world = World()
    until_s = world.now_s + left_s
    subject = Subject(tenant="acme", fingerprint="f", at_s=T0, left_s=lambda: until_s - world.now_s)
    draft = Draft(alert=alert(annotations={"summary": "Disk of db-1 is full because of logs"}))
    opened = models(server.url)
    settings = EnrichmentSettings(model=SETTINGS[kind])
    made = stage(
        settings,
        connect_model=lambda tenant, asked: world.client(opened.open(tenant, asked), tenant),
    )
    (result,) = run([made], subject, draft, world.clock)
    return world, draft, result


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", ["bedrock", "gemini"])
def test_whatever_a_provider_does_the_alert_ends_with_a_triage_or_with_the_reason(
    server, kind, case
):
    answers, requests, waited_s, by = CASES[case]
    server.answers += [each[kind] for each in answers]
    world, draft, result = triaged(kind, server)
    assert len(server.requests) == requests
    assert sum(world.slept_s) == waited_s
    triage, figures = draft.findings.triage, world.metrics.figures()
    model = SETTINGS[kind].model
    if by == "nobody":
        assert (result.outcome, triage) == ("failed", None)
        assert result.why == f"Permanent: {model}: its answer is not the JSON that was asked for"
        assert (figures.failed, figures.fallback) == (1, 0)
    elif by == "model":
        assert (result.outcome, triage.by, triage.instead_why) == ("ok", model, "")
        assert (figures.successful, figures.failed) == (1, 0)
    else:
        assert (result.outcome, triage.by) == ("ok", "extract")
        assert triage.cause == "Disk of db-1 is full because of logs"
        assert triage.instead_why.startswith(f"{model}: ")
        assert (figures.failed, figures.fallback) == (1, 1)
        assert KEY not in triage.instead_why
    assert figures.total == 1
    assert figures.retries == requests - 1
    assert draft.alert.enrichment is None


def test_a_provider_that_asks_for_an_hour_is_not_waited_for(server):
    server.answers.append(google(429, "RESOURCE_EXHAUSTED", RETRY))
    world, draft, _ = triaged("gemini", server)
    assert (len(server.requests), world.slept_s) == (1, [])
    assert draft.findings.triage.by == "extract"


def test_an_alert_that_has_little_time_left_is_asked_about_once(server):
    server.answers += [DOWN["gemini"]] * 4
    world, draft, _ = triaged("gemini", server, left_s=2.5)
    assert (len(server.requests), world.slept_s) == (1, [])
    assert draft.findings.triage.by == "extract"


def test_a_secret_that_is_gone_is_said(server):
    gone = replace(SETTINGS["gemini"], secret="tocsin/acme/gone")
    world, opened = World(), models(server.url)
    draft = Draft(alert=alert(annotations={"summary": "Disk is full"}))
    subject = Subject(tenant="acme", fingerprint="f", at_s=T0)
    made = stage(
        EnrichmentSettings(model=gone),
        connect_model=lambda tenant, asked: world.client(opened.open(tenant, asked), tenant),
    )
    run([made], subject, draft, world.clock)
    assert draft.findings.triage.by == "extract"
    assert "ResourceNotFoundException" in draft.findings.triage.instead_why
    assert server.requests == []


@pytest.mark.parametrize("name", PROVIDERS)
def test_the_page_says_what_a_spell_of_it_comes_to(name):
    outcome = played(PROVIDERS[name])
    assert outcome.by_model + outcome.by_extract + outcome.failed == QUESTIONS
    assert outcome.longest_s <= 60.0
    assert outcome.row(name) in (ROOT / "docs/enrichment-model.md").read_text("utf-8")
