"""Makes the stages that a tenant has switched on.

Modules are imported when the first tenant that uses the stage comes by.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.order import ENTRIES
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject

# What a worker has for its stages, by the names that they know it by.
Tools = Mapping[str, Any]


_TENANTS_LIMIT = 1_000


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
        if len(self._known) >= _TENANTS_LIMIT:
            self._known.clear()
        self._known[config.tenant] = (settings, made)
        return made

    def _made(self, name: str, settings: EnrichmentSettings) -> Stage:
        try:
            entry = ENTRIES[name]
            tools = {need: self._tools[need] for need in entry.needs}
            stage: Stage = import_module(entry.module).stage(settings, **tools)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other stages go on
            return _Unbuilt(name, error)
        return stage
