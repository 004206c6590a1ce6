"""All sources that a tenant's rules ask, each once, and all at the same time.

Whatever a source does, there is an answer in time for every query: one that is slow keeps none of
the others waiting, and one that breaks is a source that did not answer.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

import msgspec

from tocsin.domain.breaker import endpoint_key
from tocsin.domain.errors import TocsinError
from tocsin.domain.rule import OWN, PUSHED, PrometheusSource, Source
from tocsin.domain.series import Answer, Asked, Unanswered
from tocsin.pipeline.endpoint import Endpoints
from tocsin.pipeline.guardedsource import GuardedSource
from tocsin.ports import Breakers, Clock, MetricSource

_THREADS = 16

Open = Callable[[Source], MetricSource]


class SourcePorts(msgspec.Struct, frozen=True, kw_only=True):
    """What answers: the sources that every tenant has, and `open`, which makes the others'."""

    pushed: MetricSource
    own: MetricSource
    open: Open
    breakers: Breakers
    clock: Clock


class Sources:
    """Asks. One a worker, which `owner` names; `budget_s` is for all that is asked at once."""

    def __init__(self, ports: SourcePorts, owner: str, budget_s: float = 20.0) -> None:
        self._ports = ports
        self._owner = owner
        self._budget_s = budget_s
        self._endpoints = Endpoints(ports.breakers, ports.clock)

    def ask(
        self, tenant: str, configured: Mapping[str, Source], asked: Sequence[Asked], now_s: float
    ) -> list[Answer]:
        """Return an answer for each query, in order, within the time that there is.

        `configured` are the tenant's own sources by name.
        """
        by_source: dict[str, list[int]] = {}
        for index, each in enumerate(asked):
            by_source.setdefault(each.query.source, []).append(index)
        answers: list[Answer] = [Unanswered("no answer in time")] * len(asked)
        if not by_source:
            return answers
        pool = ThreadPoolExecutor(min(len(by_source), _THREADS), thread_name_prefix="source")
        jobs = {
            name: pool.submit(
                self._ask_one, tenant, name, configured, [asked[each] for each in indices], now_s
            )
            for name, indices in by_source.items()
        }
        wait(jobs.values(), timeout=self._budget_s)
        # Whoever still waits goes on to its own time limit, and nobody listens any more.
        pool.shutdown(wait=False, cancel_futures=True)
        for name, job in jobs.items():
            if job.done() and not job.cancelled():
                for index, answer in zip(by_source[name], job.result(), strict=True):
                    answers[index] = _named(name, answer)
            else:
                for index in by_source[name]:
                    answers[index] = _named(name, answers[index])
        return answers

    def _ask_one(
        self,
        tenant: str,
        name: str,
        configured: Mapping[str, Source],
        asked: Sequence[Asked],
        now_s: float,
    ) -> list[Answer]:
        try:
            source = self._source(tenant, name, configured)
            if source is None:
                return [Unanswered("there is no such source")] * len(asked)
            answers = source.ask(tenant, asked, now_s)
        except TocsinError as error:
            return [Unanswered(str(error))] * len(asked)
        except Exception as error:  # noqa: BLE001 - a bug in one source must not stop the others
            return [Unanswered(f"it broke: {type(error).__name__}")] * len(asked)
        if len(answers) != len(asked):
            return [Unanswered("it broke: it gave another number of answers")] * len(asked)
        return answers

    def _source(
        self, tenant: str, name: str, configured: Mapping[str, Source]
    ) -> MetricSource | None:
        if name == PUSHED:
            return self._ports.pushed
        if name == OWN:
            return self._ports.own
        found = configured.get(name)
        if found is None:
            return None
        key = _endpoint(tenant, found)
        return GuardedSource(self._ports.open(found), self._endpoints, key, self._owner)


def _endpoint(tenant: str, source: Source) -> str:
    if isinstance(source, PrometheusSource):
        return endpoint_key(tenant, "prometheus", source.url)
    return endpoint_key(tenant, "cloudwatch", source.region)


def _named(name: str, answer: Answer) -> Answer:
    if isinstance(answer, Unanswered):
        return msgspec.structs.replace(answer, reason=f"source {name}: {answer.reason}")
    return answer
