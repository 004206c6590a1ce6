"""Models that do as they are told, in virtual time."""

import json

from tests.builders import T0
from tocsin.adapters.memory.limiter import MemoryLimiter
from tocsin.adapters.models.extract import ExtractModel
from tocsin.domain.enrichment.prompt import Material, prompt
from tocsin.domain.enrichment.triage import read
from tocsin.pipeline.enrichment.modelclient import ModelClient, ModelTools
from tocsin.pipeline.enrichment.modelmetrics import ModelMetrics
from tocsin.pipeline.enrichment.modelshares import ModelShares
from tocsin.ports import Completion

ABOUT = Material(
    alert="DiskFull",
    severity="critical",
    provider="prometheus",
    annotations={"summary": "Disk of db-1 is full because of logs"},
)
PROMPT = prompt(ABOUT)
SAID = json.dumps({"cause": "Logs.", "impact": "Orders.", "checks": ["Look."]})


class World:
    """Time that passes by sleeping and asking, and what models and limiter share."""

    def __init__(self, requests_per_minute=60, **fields):
        self.now_s = T0
        self.slept_s = []
        self.limiter = MemoryLimiter(self.clock)
        self.metrics = ModelMetrics()
        self.tools = ModelTools(
            shares=ModelShares(self.limiter, requests_per_minute),
            metrics=self.metrics,
            clock=self.clock,
            sleep=self.sleep,
            **fields,
        )

    def clock(self):
        return self.now_s

    def sleep(self, seconds):
        self.slept_s.append(seconds)
        self.now_s += seconds

    def client(self, model, tenant="acme"):
        return ModelClient(tenant, model, ExtractModel(), self.tools)

    def ask(self, client, left_s=60.0):
        until_s = self.now_s + left_s
        return client.ask(
            PROMPT, lambda: until_s - self.now_s, lambda said: read(said.text, said.by, ABOUT)
        )


class StubModel:
    """Answers with what comes next: a text, or an error to raise; then always with the last."""

    name = "stub-1"
    is_metered = True

    def __init__(self, world, *answers, takes_s=1.0):
        self._world = world
        self.answers = list(answers) or [SAID]
        self._takes_s = takes_s
        self.prompts = []
        self.left_s = []
        self.closed = 0

    def ask(self, prompt, left_s):
        self.prompts.append(prompt)
        self.left_s.append(left_s)
        self._world.now_s += min(self._takes_s, left_s)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return Completion(text=answer, by=self.name, tokens_in=70, tokens_out=9)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.closed += 1
