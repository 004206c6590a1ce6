"""The stage `triage`: a likely cause, what it affects and what to look at, as a machine's guess."""

from collections.abc import Callable
from threading import Lock

from msgspec.structs import replace

from tocsin.domain.enrichment.prompt import material, prompt
from tocsin.domain.enrichment.settings import EnrichmentSettings, ModelSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.domain.enrichment.triage import is_empty, read
from tocsin.pipeline.enrichment.modelclient import ModelClient

# Makes the client of a tenant's model.
Connect = Callable[[str, ModelSettings], ModelClient]


def stage(settings: EnrichmentSettings, *, connect_model: Connect) -> Stage:
    """Return the stage of one tenant; its model is connected when the first alert comes."""
    return _Triage(settings.model, connect_model)


class _Triage:
    name = "triage"

    def __init__(self, settings: ModelSettings, connect: Connect) -> None:
        self._settings = settings
        self._connect = connect
        self._lock = Lock()
        self._clients: dict[str, ModelClient] = {}

    def run(self, subject: Subject, draft: Draft) -> str:
        """Ask about the alert, and put what was answered into `findings.triage` alone."""
        about = material(subject, draft)
        answered = self._client(subject.tenant).ask(
            prompt(about), subject.left_s, lambda said: read(said.text, said.by, about)
        )
        if is_empty(answered.value):
            return "nothing is known to tell a cause or checks from"
        triage = replace(answered.value, instead_why=answered.instead_why)
        draft.findings = replace(draft.findings, triage=triage)
        return ""

    def _client(self, tenant: str) -> ModelClient:
        """Return a tenant's client. Settings that nobody can use so fail this stage and no other.

        A stage has one tenant; were it otherwise, each would still be asked with its own key.
        """
        with self._lock:
            if tenant not in self._clients:
                self._clients[tenant] = self._connect(tenant, self._settings)
            return self._clients[tenant]
