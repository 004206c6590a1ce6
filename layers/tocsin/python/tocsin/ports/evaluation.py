"""Where rules get numbers from, and what is remembered of rules."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from tocsin.domain.matchers import Matcher
from tocsin.domain.rulestate import RuleState
from tocsin.domain.series import Answer, Asked, Series


class MetricSource(Protocol):
    """Answers queries: all of one tenant's that are due, in one call."""

    def ask(self, tenant: str, asked: Sequence[Asked], now_s: float) -> list[Answer]:
        """Return an answer for each query, in order; it raises nothing.

        What cannot be answered is Unanswered, with a reason that has no secret in it. No answer
        holds more than a source's limit of points; more than that is Unanswered too.
        """


class Metrics(Protocol):
    """The metrics that tenants push, in pieces that are only ever added."""

    def append(
        self, tenant: str, name: str, at_s: float, metrics: Mapping[str, Sequence[Series]]
    ) -> None:
        """Store points by metric; the same `name` again overwrites the same points.

        `at_s` is when they were received. Returns only when all are stored.
        """

    def read(
        self,
        tenant: str,
        metric: str,
        from_s: float,
        to_s: float,
        matchers: tuple[Matcher, ...] = (),
    ) -> list[Series]:
        """Return the points with a time from `from_s` to `to_s`, series by series.

        Perhaps a moment late. Only series that `matchers` match. Raises TooLarge above the limits
        of one answer (see domain.series).
        """


class RuleStates(Protocol):
    """What is remembered of each rule."""

    def read(self, tenant: str, rules: Iterable[str]) -> dict[str, RuleState]:
        """Return what is stored, consistently; rules of which nothing is are left out."""

    def names(self, tenant: str) -> list[str]:
        """Return the names of the rules of which something is stored."""

    def write(self, state: RuleState) -> None:
        """Store the state as the version after the one it was read with (0: absent).

        An empty one is deleted. Raises Conflict if another was stored meanwhile.
        """
