"""Where each stage lives, and what it needs besides its tenant's settings.

A stage is one module with a function `stage(settings, **tools)`, and one line here. Modules are
imported when the first tenant that uses the stage comes by.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import msgspec

from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject

# What a worker has for its stages, by the names that they know it by.
Tools = Mapping[str, Any]


class _Entry(msgspec.Struct, frozen=True):
    module: str
    needs: tuple[str, ...] = ()


_ENTRIES = {
    "validate_input": _Entry("tocsin.domain.enrichment.validation"),
    "normalise_text": _Entry("tocsin.domain.enrichment.texts"),
    "redact": _Entry("tocsin.domain.enrichment.redacting"),
    "categorise": _Entry("tocsin.domain.enrichment.categories"),
    "filter_content": _Entry("tocsin.domain.enrichment.relevance"),
    "extract_entities": _Entry("tocsin.domain.enrichment.entities"),
    "map_ownership": _Entry("tocsin.domain.enrichment.ownership", ("catalogues",)),
    "add_links": _Entry("tocsin.domain.enrichment.links", ("catalogues",)),
    "find_changes": _Entry("tocsin.pipeline.enrichment.changes", ("change_events",)),
    "read_content": _Entry("tocsin.pipeline.enrichment.content", ("fetcher", "clock")),
    "triage": _Entry("tocsin.pipeline.enrichment.triage", ("connect_model",)),
    "find_similar": _Entry("tocsin.pipeline.enrichment.similar", ("templates", "embedder")),
    "score": _Entry("tocsin.domain.enrichment.scoring"),
}

_ENTRIES_LIMIT = 1_000


class _Unbuilt:
    """Stands in for a stage that could not be made, so that its alerts say so."""

    def __init__(self, name: str, error: Exception) -> None:
        self.name = name
        self._error = error

    def run(self, subject: Subject, draft: Draft) -> str:
        raise self._error


def _are_built(stages: Sequence[Stage]) -> bool:
    return not any(isinstance(each, _Unbuilt) for each in stages)


class Stages:
    """The stages of one run by tenant; one object a worker, since stages remember what they load.

    `names` are those that this run may have, in order; the settings say which of them are on.
    """

    def __init__(self, names: Sequence[str], tools: Tools) -> None:
        self._names = names
        self._tools = tools
        self._known: dict[str, tuple[EnrichmentSettings, tuple[Stage, ...]]] = {}

    def of(self, config: TenantConfig) -> tuple[Stage, ...]:
        """Return what is on for a tenant; made once for each version of its settings.

        A configuration is read anew twice a minute, and nearly always says what it did. What could
        not be made is tried again then.
        """
        settings = config.enrichment
        if settings is None:
            return ()
        before, made = self._known.get(config.tenant, (None, ()))
        if before is settings:
            return made
        if before != settings or not _are_built(made):
            wanted = {*settings.early, *settings.late}
            made = tuple(self._made(name, settings) for name in self._names if name in wanted)
        if len(self._known) >= _ENTRIES_LIMIT:
            self._known.clear()
        self._known[config.tenant] = (settings, made)
        return made

    def _made(self, name: str, settings: EnrichmentSettings) -> Stage:
        try:
            entry = _ENTRIES[name]
            tools = {need: self._tools[need] for need in entry.needs}
            stage: Stage = import_module(entry.module).stage(settings, **tools)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other stages go on
            return _Unbuilt(name, error)
        return stage
