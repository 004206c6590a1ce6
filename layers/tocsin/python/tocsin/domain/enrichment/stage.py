"""A stage of enrichment, and what it works on."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.found import NOTHING, Enrichment, Findings


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Whose alert it is, and how much time is left; nothing of it may change what is found.

    `at_s` is when the alert was received. `left_s` returns the seconds until the stage is given
    up: late stages pass it on to whatever they wait for. `is_retry` says that a stage failed of it
    before: what ends well now is forgotten, so one that asked nobody has to fail.
    """

    tenant: str
    fingerprint: str
    at_s: float
    left_s: Callable[[], float] = lambda: float("inf")
    is_retry: bool = False


class Draft(msgspec.Struct):
    """An alert and what was found so far.

    Stages replace the values, which are frozen, and never change them in place: what a stage
    replaced before it failed is undone. An early stage may replace the texts of `alert`, and
    nothing of what tells alerts apart.
    """

    alert: Alert
    found: Enrichment = NOTHING
    findings: Findings = Findings()


class Stage(Protocol):
    """One unit of enrichment. Whatever it raises harms neither its neighbours nor its alert."""

    @property
    def name(self) -> str: ...

    def run(self, subject: Subject, draft: Draft) -> str:
        """Work on the draft; return "", or why there was nothing for this stage to do."""


@runtime_checkable
class Learning(Protocol):
    """A stage that learns from the alerts of an invocation, and stores it at the end."""

    def close(self) -> str:
        """Store what was learnt; return why something was not, or "". Raises nothing."""
