"""Stages of tenants: made once, and one that cannot be made says so for each alert."""

import gc
import weakref

import msgspec
import pytest

from tests.builders import alert, config
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.order import EARLY
from tocsin.domain.enrichment.running import run
from tocsin.domain.enrichment.settings import EnrichmentSettings, LinkTemplate
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.domain.found import StageResult
from tocsin.pipeline.enrichment.registry import Stages, Tools

TOOLS: Tools = {"catalogues": lambda tenant, digest: "none"}


class Watched(Draft, weakref=True):
    """A draft of which it can be told whether anybody holds it."""


def _config(*links: LinkTemplate) -> TenantConfig:
    return config(enrichment=EnrichmentSettings(early=("categorise", "add_links"), links=links))


def _run(stages: Stages, of: TenantConfig, draft: Draft) -> list[StageResult]:
    subject = Subject(tenant="acme", fingerprint="f", at_s=1.0)
    return run(stages.of(of), subject, draft, lambda: 0.0)


def test_the_stages_of_a_configuration_are_made_once_and_in_order() -> None:
    stages, of = Stages(EARLY, TOOLS), _config()
    assert [each.name for each in stages.of(of)] == ["categorise", "add_links"]
    assert stages.of(of) is stages.of(of)


def test_they_stay_when_the_same_configuration_is_read_again_and_go_with_another() -> None:
    stages, first = Stages(EARLY, TOOLS), _config()
    made = stages.of(first)
    assert stages.of(_config()) is made
    other = stages.of(_config(LinkTemplate(title="Wiki", url="https://wiki.example.com")))
    assert other is not made
    assert stages.of(first) is not other


def test_no_tenant_has_the_stages_of_another() -> None:
    stages, mine = Stages(EARLY, TOOLS), _config()
    assert stages.of(msgspec.structs.replace(mine, tenant="globex")) is not stages.of(mine)


def test_a_worker_has_only_the_stages_of_its_run() -> None:
    assert [each.name for each in Stages(("add_links",), TOOLS).of(_config())] == ["add_links"]


@pytest.mark.parametrize(
    ("url", "tools", "why"),
    [
        ("wiki", TOOLS, "InvalidInput: a link begins with https:// or http:// and its host"),
        ("https://wiki.example.com", {}, "KeyError"),
    ],
)
def test_a_stage_that_cannot_be_made_fails_and_its_neighbours_go_on(url, tools, why) -> None:
    of = _config(LinkTemplate(title="Wiki", url=url))
    results = _run(Stages(EARLY, tools), of, Draft(alert=alert()))
    assert [(each.outcome, each.why) for each in results] == [("ok", ""), ("failed", why)]


@pytest.mark.parametrize("error", [RuntimeError, AttributeError, RecursionError, AssertionError])
def test_whatever_keeps_a_stage_from_being_made_fails_that_stage_alone(monkeypatch, error) -> None:
    def broken(settings: EnrichmentSettings, **tools: object) -> None:
        raise error("the words of a library")

    monkeypatch.setattr("tocsin.domain.enrichment.links.stage", broken)
    results = _run(Stages(EARLY, TOOLS), _config(), Draft(alert=alert()))
    assert [(each.outcome, each.why) for each in results] == [
        ("ok", ""),
        ("failed", error.__name__),
    ]


def test_a_stage_that_cannot_be_made_holds_none_of_the_alerts_that_it_failed_for() -> None:
    stages, of = Stages(EARLY, {}), _config()
    draft = Watched(alert=alert())
    held = weakref.ref(draft)
    assert _run(stages, of, draft)[1].outcome == "failed"
    del draft
    gc.collect()
    assert held() is None
