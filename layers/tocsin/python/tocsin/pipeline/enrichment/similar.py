"""The stage that finds alerts which say nearly the same of the same thing.

It links and does nothing else: no alert is dropped, grouped or put off for being like another.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import TIMEOUT_MAX, Lock

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
from tocsin.domain.errors import Retryable, TocsinError
from tocsin.domain.found import Similar
from tocsin.ports import Embedder, Templates

# What was seen of an alert is stored anew when it is older than this part of the time for which
# it counts: so a repeat costs no write.
_REFRESH = 1 / 24
_NAME_LIMIT_CHARS = 200
# With so many one alert is compared by meaning, those that were seen last: an embedding can be a
# call of a service.
_COMPARED_LIMIT = 16
# So many blocks are held in memory; then the oldest is stored before it is asked for.
_BLOCKS_LIMIT = 256


class _Block:
    """What is known of one block, by fingerprint, while an invocation lasts.

    Whoever has `lock` reads and changes it; it waits for the store, and for whoever embeds.
    """

    def __init__(self, tenant: str, name: str) -> None:
        self.tenant = tenant
        self.name = name
        self.lock = Lock()
        self.known: dict[str, Known] = {}
        self.is_read = False
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
    so whoever runs stages closes it at the end of each invocation. An embedder that failed is
    not asked again until then. Threads may share it: they wait for each other only in one block,
    and no longer than they have time.
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
        # Why the embedder is not asked; "": it is.
        self._why_mute = ""
        self._blocks: dict[tuple[str, str], _Block] = {}
        self._lock = Lock()

    def run(self, subject: Subject, draft: Draft) -> str:
        """Set the similar alerts, the nearest first; return why none could be looked for.

        Raises Retryable if others need the block for as long as there is time.
        """
        thing = thing_of(draft.alert.labels, self._settings.similar_within)
        if thing is None:
            return "no label names what the alert is of"
        block = self._block(subject.tenant, thing.block)
        if not block.lock.acquire(timeout=_wait_s(subject)):
            raise Retryable("others compare alerts of the same thing for too long")
        try:
            self._read(block, subject.at_s)
            found, why = self._find(subject, draft.alert, thing, block)
        finally:
            block.lock.release()
        draft.findings = replace(draft.findings, similar=nearest(found))
        return "" if found else why

    def close(self) -> str:
        """Store what was learnt since the last time; return why something was not, or "".

        It raises nothing of a service's, and ends with the first failure: what is not stored
        costs a link. It waits for nobody.
        """
        with self._lock:
            blocks, self._blocks = self._blocks, {}
        self._why_mute = ""
        try:
            held = [each for each in blocks.values() if not self._is_stored(each)]
        except TocsinError as error:
            return str(error)
        return "somebody who was given up still compares alerts" if held else ""

    def _is_stored(self, block: _Block) -> bool:
        """Store a block if it has changed; return whether nobody was at it."""
        if not block.lock.acquire(blocking=False):
            return False
        try:
            if block.is_changed:
                known = latest(list(block.known.values()))
                expires_at_s = known[0].seen_at_s + self._settings.similar_within_s
                self._templates.write(block.tenant, block.name, known, expires_at_s)
        finally:
            block.lock.release()
        return True

    def _block(self, tenant: str, name: str) -> _Block:
        surplus = None
        with self._lock:
            block = self._blocks.get((tenant, name))
            if block is None:
                if len(self._blocks) >= _BLOCKS_LIMIT:
                    surplus = self._blocks.pop(next(iter(self._blocks)))
                block = self._blocks[tenant, name] = _Block(tenant, name)
        if surplus is not None:
            with suppress(TocsinError):
                self._is_stored(surplus)
        return block

    def _read(self, block: _Block, at_s: float) -> None:
        if not block.is_read:
            known = self._templates.read(block.tenant, block.name, at_s)
            block.known = {each.fingerprint: each for each in known}
            block.is_read = True

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
            why, mine, others = self._embedded(mine, others, block, subject.left_s)
            found += by_meaning(mine, others, self._embedder.threshold)
        block.keep(mine, self._settings.similar_within_s * _REFRESH)
        return found, why

    def _embedded(
        self, mine: Known, others: list[Known], block: _Block, left_s: Callable[[], float]
    ) -> tuple[str, Known, list[Known]]:
        """Return why meanings cannot be compared, or "" and all with vectors."""
        embedder = self._embedder
        texts = {each.gist.text for each in (mine, *others) if each.model != embedder.model}
        try:
            vectors = self._vectors(sorted(texts - {""}), left_s)
        except TocsinError as error:
            return f"compared by template alone: {error}", mine, []
        told = [_with(each, embedder.model, vectors) for each in others]
        for each in told:
            block.keep(each, 0.0)
        return "", _with(mine, embedder.model, vectors), told

    def _vectors(self, texts: Sequence[str], left_s: Callable[[], float]) -> dict[str, bytes]:
        if not texts:
            return {}
        if self._why_mute:
            raise Retryable(self._why_mute)
        try:
            found = self._embedder.embed(texts, left_s)
        except Retryable as error:
            self._why_mute = error.reason
            raise
        return dict(zip(texts, map(pack, found), strict=True))


def _wait_s(subject: Subject) -> float:
    """Return how long a lock may be waited for."""
    return max(0.0, min(subject.left_s(), TIMEOUT_MAX))


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
