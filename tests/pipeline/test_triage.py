"""The stage `triage` among its neighbours: what it finds, and that it harms nothing."""

import json

import pytest
from msgspec.structs import replace

from tests.builders import T0, alert, config
from tests.unit.pipeline.enrichment.modelworld import SAID, StubModel, World
from tocsin.adapters.models.extract import ExtractModel
from tocsin.domain.enrichment.running import run
from tocsin.domain.enrichment.settings import EnrichmentSettings, ModelSettings
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.domain.errors import ConfigurationError, Permanent, Retryable, Throttled
from tocsin.domain.found import Content, Enrichment, Findings, Owner, RecentChange, Triage
from tocsin.pipeline.enrichment.registry import Stages
from tocsin.pipeline.enrichment.triage import stage

SETTINGS = EnrichmentSettings(model=ModelSettings(kind="gemini", model="stub-1"))
FINDINGS = Findings(
    changes=(RecentChange(at_s=T0 - 720, service="shop", title="v2", kind="deployment"),),
    content=(Content(url="https://wiki.example/r", summary="Check the disk first."),),
)


@pytest.fixture
def world():
    return World()


def draft(**fields):
    made = alert(annotations={"summary": "Disk of db-1 is full because of logs"}, **fields)
    owner = Owner(service="shop", team="checkout", tier="1")
    return Draft(alert=made, found=Enrichment(owner=owner), findings=FINDINGS)


def ran(world, model, made, left_s=60.0):
    until_s = world.now_s + left_s
    subject = Subject(tenant="acme", fingerprint="f", at_s=T0, left_s=lambda: until_s - world.now_s)
    made_stage = stage(SETTINGS, connect_model=lambda tenant, _: world.client(model, tenant))
    (result,) = run([made_stage], subject, made, world.clock)
    return result


def test_what_a_model_says_is_marked_as_its_own(world):
    made = draft()
    result = ran(world, StubModel(world), made)
    assert (result.outcome, result.why) == ("ok", "")
    assert made.findings == replace(
        FINDINGS, triage=Triage(by="stub-1", cause="Logs.", impact="Orders.", checks=("Look.",))
    )


def test_without_a_model_it_is_made_of_what_was_found(world):
    made = draft()
    assert ran(world, ExtractModel(), made).outcome == "ok"
    assert made.findings.triage == Triage(
        by="extract",
        cause="Disk of db-1 is full because of logs",
        impact="Service shop (tier 1), owned by checkout.",
        checks=("Look at the deployment of shop 12 min before: v2", "Check the disk first."),
    )


def test_of_nothing_nothing_is_made(world):
    made = Draft(alert=alert())
    result = ran(world, ExtractModel(), made)
    assert (result.outcome, made.findings.triage) == ("skipped", None)


@pytest.mark.parametrize(
    "error",
    [
        Throttled("stub-1: it answers 429 RESOURCE_EXHAUSTED"),
        Retryable("stub-1: no answer: ReadTimeout"),
        Permanent("stub-1: it gave no answer (SAFETY)"),
    ],
)
def test_a_provider_that_fails_leaves_a_triage_that_says_so(world, error):
    made = draft()
    assert ran(world, StubModel(world, error), made).outcome == "ok"
    assert (made.findings.triage.by, made.findings.triage.instead_why) == ("extract", str(error))
    assert made.findings.triage.checks


def test_nonsense_is_a_failed_stage_and_nothing_is_kept_of_it(world):
    made = draft()
    result = ran(world, StubModel(world, "<b>rm -rf</b>"), made)
    assert (result.outcome, made.findings) == ("failed", FINDINGS)
    assert result.why == "Permanent: stub-1: its answer is not the JSON that was asked for"


def test_settings_that_nobody_can_use_fail_this_stage_alone():
    def connect(tenant, settings):
        raise ConfigurationError("a model of kind gemini needs its id")

    made = draft()
    subject = Subject(tenant="acme", fingerprint="f", at_s=T0)
    (result,) = run([stage(SETTINGS, connect_model=connect)], subject, made, lambda: 0.0)
    assert (result.outcome, made.findings) == ("failed", FINDINGS)
    assert "needs its id" in result.why


def test_a_model_is_connected_once(world):
    made = []

    def connect(tenant, settings):
        made.append((tenant, settings))
        return world.client(StubModel(world, SAID))

    subject = Subject(tenant="acme", fingerprint="f", at_s=T0)
    same = stage(SETTINGS, connect_model=connect)
    for _ in range(3):
        same.run(subject, draft())
    assert made == [("acme", SETTINGS.model)]


def test_twin_tenants_never_hear_of_each_other(world):
    tenants = ("acme", "globex")
    models = {tenant: StubModel(world) for tenant in tenants}
    stages = {
        tenant: stage(SETTINGS, connect_model=lambda owner, _: world.client(models[owner], owner))
        for tenant in tenants
    }
    for number in range(3):
        for tenant in tenants:
            canary = f"canary-of-{tenant}-{number}"
            made = draft(labels={"note": canary})
            made.found = replace(made.found, category=canary)
            page = Content(url=canary, title=canary, summary=canary)
            change = RecentChange(at_s=T0, service=canary, title=canary)
            made.findings = Findings(content=(page,), changes=(change,))
            subject = Subject(tenant=tenant, fingerprint="same", at_s=T0)
            stages[tenant].run(subject, made)
    for tenant, other in (tenants, tenants[::-1]):
        asked = [prompt.instructions + prompt.data for prompt in models[tenant].prompts]
        assert len(asked) == 3
        for number, text in enumerate(asked):
            assert f"canary-of-{tenant}-{number}" in text
            assert f"canary-of-{other}" not in text
            # Neither is what was asked before.
            assert text.count("canary-of") == text.count(f"canary-of-{tenant}-{number}")
            data = json.loads(models[tenant].prompts[number].data)
            assert data["labels"]["note"] == f"canary-of-{tenant}-{number}"


def test_the_registry_knows_what_the_stage_needs(world):
    def connect(tenant, settings):
        return world.client(StubModel(world), tenant)

    settings = replace(SETTINGS, early=(), late=("triage",))
    (made_stage,) = Stages(("triage",), {"connect_model": connect}).of(config(enrichment=settings))
    made = draft()
    made_stage.run(Subject(tenant="acme", fingerprint="f", at_s=T0), made)
    assert made.findings.triage.by == "stub-1"
