"""The stages of a tenant, which are made once and remember what they load."""

from copy import deepcopy

from tests.builders import T0, config
from tocsin.adapters.memory import MemoryFetcher
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.pipeline.enrichment.registry import Stages

SETTINGS = EnrichmentSettings(late=("read_content",), content_hosts=("wiki.example",))


def _stages() -> Stages:
    return Stages(("read_content",), {"fetcher": MemoryFetcher({}), "clock": lambda: T0})


def test_a_configuration_that_is_read_anew_and_says_the_same_has_the_same_stages() -> None:
    stages, read = _stages(), config(enrichment=SETTINGS)
    (made,) = stages.of(read)
    assert stages.of(read) == stages.of(deepcopy(read)) == (made,)


def test_other_settings_and_other_tenants_have_others() -> None:
    stages, read = _stages(), config(enrichment=SETTINGS)
    (made,) = stages.of(read)
    (others,) = stages.of(config(tenant="globex", enrichment=SETTINGS))
    hosts = EnrichmentSettings(late=("read_content",), content_hosts=("other.example",))
    (changed,) = stages.of(config(enrichment=hosts))
    assert len({id(made), id(others), id(changed)}) == 3


def test_a_stage_that_could_not_be_made_is_made_when_it_can_be() -> None:
    tools: dict[str, object] = {"clock": lambda: T0}
    stages, read = Stages(("read_content",), tools), config(enrichment=SETTINGS)
    (broken,) = stages.of(read)
    assert type(broken).__name__ == "_Unbuilt"
    tools["fetcher"] = MemoryFetcher({})
    (made,) = stages.of(deepcopy(read))
    assert made is not broken
