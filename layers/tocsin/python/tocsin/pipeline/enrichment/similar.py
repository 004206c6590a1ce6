"""The stage that finds alerts which say nearly the same of the same thing.

It links and does nothing else: no alert is dropped, grouped or put off for being like another.
"""

from collections.abc import Iterable, Sequence
from threading import Lock

from msgspec.structs import replace

from tocsin.domain.alert import Alert
from tocsin.domain.enrichment.gist import gist_of
from tocsin.domain.enrichment.known import (
    Known,
    by_meaning,
    by_template,
    comparable,
    latest,
    nearest,
)
from tocsin.domain.enrichment.likeness import pack
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.domain.enrichment.template import template_of
from tocsin.domain.enrichment.thing import Thing, thing_of
from tocsin.domain.errors import TocsinError
from tocsin.domain.found import Similar
from tocsin.ports import Embedder, Templates

# What was seen of an alert is stored anew when it is older than this part of the time for which
# it counts: so a repeat costs no write.
_REFRESH = 1 / 24
_NAME_LIMIT_CHARS = 200
# With so many one alert is compared by meaning, those that were seen last: an embedding can be a
# call of a service.
_COMPARED_LIMIT = 16
# So many blocks are held in memory; then they are stored without being asked.
_BLOCKS_LIMIT = 256


class _Block:
    """What is known of one block, by fingerprint, while an invocation lasts."""

    def __init__(self, tenant: str, known: Iterable[Known]) -> None:
        self.tenant = tenant
        self.known = {each.fingerprint: each for each in known}
        self.is_changed = False

    def keep(self, known: Known, refresh_s: float) -> None:
        stored = self.known.get(known.fingerprint)
        is_news = (
            stored is None
            or stored.digest != known.digest
            or known.seen_at_s - stored.seen_at_s > refresh_s
        )
        if is_news or (stored and known.vector != stored.vector):
            self.is_changed = True
            self.known[known.fingerprint] = known


class FindSimilar:
    """Compares each alert with what was said of its thing lately.

    It reads a block once, however many alerts are of it, until `close` stores what was learnt;
    so whoever runs stages closes it at the end of each invocation. Threads may share it.
    """

    name = "find_similar"

    def __init__(
        self,
        settings: EnrichmentSettings,
        templates: Templates,
        embedder: Embedder,
    ) -> None:
        self._settings = settings
        self._templates = templates
        self._embedder = embedder
        self._blocks: dict[tuple[str, str], _Block] = {}
        self._lock = Lock()

    def run(self, subject: Subject, draft: Draft) -> str:
        """Set the similar alerts, the nearest first; return why none could be looked for."""
        thing = thing_of(draft.alert.labels, self._settings.similar_within)
        if thing is None:
            return "no label names what the alert is of"
        with self._lock:
            block = self._block(subject, thing.block)
            found, why = self._find(subject, draft.alert, thing, block)
        draft.findings = replace(draft.findings, similar=nearest(found))
        return "" if found else why

    def close(self) -> str:
        """Store what was learnt since the last time; return why something was not, or "".

        It raises nothing of a service's: what is not stored costs a link.
        """
        with self._lock:
            return self._flush()

    def _flush(self) -> str:
        blocks, self._blocks = self._blocks, {}
        reasons = [
            self._store(name, block) for (_, name), block in blocks.items() if block.is_changed
        ]
        return next(filter(None, reasons), "")

    def _store(self, name: str, block: _Block) -> str:
        known = latest(list(block.known.values()))
        expires_at_s = known[0].seen_at_s + self._settings.similar_within_s
        try:
            self._templates.write(block.tenant, name, known, expires_at_s)
        except TocsinError as error:
            return str(error)
        return ""

    def _block(self, subject: Subject, name: str) -> _Block:
        key = (subject.tenant, name)
        if key not in self._blocks:
            if len(self._blocks) >= _BLOCKS_LIMIT:
                self._flush()
            known = self._templates.read(subject.tenant, name, subject.at_s)
            self._blocks[key] = _Block(subject.tenant, known)
        return self._blocks[key]

    def _find(
        self, subject: Subject, alert: Alert, thing: Thing, block: _Block
    ) -> tuple[list[Similar], str]:
        since_s = subject.at_s - self._settings.similar_within_s
        recent = [each for each in block.known.values() if each.seen_at_s >= since_s]
        mine = _known(subject, alert, thing, recent)
        found = by_template(mine, recent)
        others = comparable(mine, latest(recent))[:_COMPARED_LIMIT]
        why = ""
        if others:
            why, mine, others = self._embedded(mine, others, block)
            found += by_meaning(mine, others, self._embedder.threshold)
        block.keep(mine, self._settings.similar_within_s * _REFRESH)
        return found, why

    def _embedded(
        self, mine: Known, others: list[Known], block: _Block
    ) -> tuple[str, Known, list[Known]]:
        """Return why meanings cannot be compared, or "" and all with vectors."""
        embedder = self._embedder
        texts = {each.gist.text for each in (mine, *others) if each.model != embedder.model}
        texts -= {""}
        try:
            vectors = _vectors(embedder, sorted(texts))
        except TocsinError as error:
            return f"compared by template alone: {error}", mine, []
        told = [_with(each, embedder.model, vectors) for each in others]
        for each in told:
            block.keep(each, 0.0)
        return "", _with(mine, embedder.model, vectors), told


def _vectors(embedder: Embedder, texts: Sequence[str]) -> dict[str, bytes]:
    if not texts:
        return {}
    return dict(zip(texts, map(pack, embedder.embed(texts)), strict=True))


def _with(known: Known, model: str, vectors: dict[str, bytes]) -> Known:
    if known.model == model:
        return known
    return replace(known, model=model, vector=vectors.get(known.gist.text, b""))


def _known(subject: Subject, alert: Alert, thing: Thing, recent: Sequence[Known]) -> Known:
    """Return what is to be remembered of an alert; of a template that is known, no work twice."""
    template = template_of(alert)
    same = next((each for each in recent if each.digest == template.digest), None)
    return Known(
        fingerprint=subject.fingerprint,
        name=_storable(alert.name[:_NAME_LIMIT_CHARS]),
        seen_at_s=subject.at_s,
        digest=template.digest,
        template=template.text,
        labels=thing.labels,
        gist=same.gist if same else gist_of(alert),
        model=same.model if same else "",
        vector=same.vector if same else b"",
    )


def _storable(text: str) -> str:
    """Return a text without halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode()


def stage(settings: EnrichmentSettings, *, templates: Templates, embedder: Embedder) -> FindSimilar:
    """Return the stage. Where the embedder has no model, templates alone are compared."""
    return FindSimilar(settings, templates, embedder)
