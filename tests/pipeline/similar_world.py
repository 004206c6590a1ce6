"""The stage find_similar over templates in memory, and an embedder that a test understands."""

from math import inf

from tests.builders import T0, alert
from tocsin.adapters.embedding import NoEmbedder
from tocsin.adapters.memory import MemoryTemplates
from tocsin.domain.enrichment.running import run
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.domain.errors import Retryable
from tocsin.pipeline.enrichment.similar import stage

SETTINGS = EnrichmentSettings()


ABSENT = NoEmbedder("ENABLE_SEMANTIC_DEDUP is false")


class Words:
    """Embeds a text as the words of it that a test knows; it remembers what it was asked."""

    model = "words"
    threshold = 0.85
    known = ("cpu", "memory", "latency", "writes", "reads", "replication")

    def __init__(self, error=None):
        self.asked = []
        self.error = error

    def embed(self, texts, left_s):
        self.asked.append(list(texts))
        if self.error:
            raise self.error
        return [[float(word in text.split()) for word in self.known] for text in texts]


class Away(MemoryTemplates):
    def __init__(self, reading=False):
        super().__init__()
        self.reading = reading
        self.tries = 0

    def read(self, *args):
        if self.reading:
            raise Retryable("dynamodb GetItem: ThrottlingException")
        return super().read(*args)

    def write(self, *args):
        self.tries += 1
        raise Retryable("dynamodb PutItem: ThrottlingException")


class World:
    def __init__(self, settings=SETTINGS, templates=None, embedder=ABSENT):
        self.templates = templates or MemoryTemplates()
        self.stage = stage(settings, templates=self.templates, embedder=embedder)

    def see(self, fingerprint, summary, at_s=T0, tenant="acme", draft=None, left_s=inf, **labels):
        draft = draft or self.draft(summary, **labels)
        subject = Subject(tenant=tenant, fingerprint=fingerprint, at_s=at_s, left_s=lambda: left_s)
        (self.result,) = run([self.stage], subject, draft, lambda: 0.0)
        return draft.findings.similar

    def draft(self, summary, name="Rule", **labels):
        named = {"alertname": name, **(labels or {"host": "db-1"})}
        return Draft(alert=alert(name=name, labels=named, annotations={"summary": summary}))
