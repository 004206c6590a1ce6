"""A short summary of each alert that fires, as the stage `triage` would write it."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from cli.deadletters.text import printable
from tocsin.domain.change import Change
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.running import run
from tocsin.domain.enrichment.settings import EnrichmentSettings, ModelSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.domain.found import NOTHING, Findings, Triage
from tocsin.pipeline.enrichment.triage import Connect, stage
from tocsin.ports import Clock

# As long as investigate takes for one alert.
_ALERT_S = 60.0


class Summary(msgspec.Struct, frozen=True):
    """What is said of an alert; None, and why, where nothing is."""

    tenant: str
    change: Change
    triage: Triage | None
    why: str
    took_ms: float


class Summariser:
    """Summarises alerts one after the other; what fails for one is said of that one alone."""

    def __init__(self, connect: Connect, clock: Clock, *, asks_model: bool) -> None:
        self._connect = connect
        self._clock = clock
        self._asks_model = asks_model
        self._stages: dict[str, Stage] = {}

    def of(self, config: TenantConfig, change: Change) -> Summary:
        """Return the summary of an alert of a tenant."""
        found = change.alert.enrichment or NOTHING
        findings = msgspec.structs.replace(found.findings or Findings(), triage=None)
        draft = Draft(alert=change.alert, found=found, findings=findings)
        subject = Subject(
            tenant=config.tenant,
            fingerprint=change.fingerprint,
            at_s=change.received_at_s,
            left_s=self._deadline(),
        )
        (result,) = run([self._stage(config)], subject, draft, self._clock)
        said = draft.findings.triage
        return Summary(config.tenant, change, said, result.why, result.took_ms)

    def _stage(self, config: TenantConfig) -> Stage:
        if config.tenant not in self._stages:
            settings = config.enrichment or EnrichmentSettings()
            if not self._asks_model:
                settings = msgspec.structs.replace(settings, model=ModelSettings())
            self._stages[config.tenant] = stage(settings, connect_model=self._connect)
        return self._stages[config.tenant]

    def _deadline(self) -> Callable[[], float]:
        end_s = self._clock() + _ALERT_S
        return lambda: end_s - self._clock()


def summary_json(summary: Summary) -> dict[str, Any]:
    """Return a summary for programs."""
    change, said = summary.change, summary.triage or Triage(by="")
    return {
        "tenant": summary.tenant,
        "alert": change.alert.name,
        "fingerprint": change.fingerprint,
        "severity": change.alert.severity,
        "provider": change.alert.provider,
        "cause": said.cause,
        "impact": said.impact,
        "checks": list(said.checks),
        "by": said.by,
        "instead_why": said.instead_why,
        "error": summary.why,
    }


def summary_lines(summary: Summary) -> Iterator[str]:
    """Yield the lines of a summary for people."""
    change, said = summary.change, summary.triage
    alert = change.alert
    yield printable(
        f"{alert.name}  {alert.severity}  {alert.provider}  {change.fingerprint}  {summary.tenant}"
    )
    if said is None:
        yield f"  {printable(summary.why)}"
        return
    named = [("cause", said.cause), ("impact", said.impact)]
    for name, text in named + [("check", text) for text in said.checks]:
        if text:
            yield f"  {name}: {printable(text)}"
    instead = f", since {said.instead_why}" if said.instead_why else ""
    yield printable(f"  written by a machine: {said.by}{instead}")
