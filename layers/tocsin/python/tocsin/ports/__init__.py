"""The outside world on one page: what the pipeline needs, in its own words.

Every method may raise `Retryable` when the service behind it fails in a way that can pass,
and `Permanent` when it cannot. The same word names a port, its adapter and its fake.
"""

from tocsin.ports.access import (
    Accepted,
    ApiKey,
    Configs,
    Keys,
    Limiter,
    Secrets,
    Seen,
    SnsAuthority,
)
from tocsin.ports.changeevents import ChangeEvents
from tocsin.ports.clock import Clock
from tocsin.ports.delivery import Breakers, Notification, Paces, Receivers
from tocsin.ports.enrichment import FailedEnrichment, FailedEnrichments
from tocsin.ports.evaluation import Metrics, MetricSource, RuleStates
from tocsin.ports.fetcher import FetchedPage, Fetcher
from tocsin.ports.flags import AskedFlag, Flags
from tocsin.ports.model import Completion, Model
from tocsin.ports.queues import (
    Archive,
    Blobs,
    DeadLetter,
    DeadLetters,
    ListedBlobs,
    Outbox,
    OutMessage,
    Pages,
    Queue,
)
from tocsin.ports.references import References
from tocsin.ports.similarity import Embedder, Templates
from tocsin.ports.state import Fingerprints, Groups, Journal, Silences

__all__ = [
    "Accepted",
    "ApiKey",
    "Archive",
    "AskedFlag",
    "Blobs",
    "Breakers",
    "ChangeEvents",
    "Clock",
    "Completion",
    "Configs",
    "DeadLetter",
    "DeadLetters",
    "Embedder",
    "FailedEnrichment",
    "FailedEnrichments",
    "FetchedPage",
    "Fetcher",
    "Fingerprints",
    "Flags",
    "Groups",
    "Journal",
    "Keys",
    "Limiter",
    "ListedBlobs",
    "MetricSource",
    "Metrics",
    "Model",
    "Notification",
    "OutMessage",
    "Outbox",
    "Paces",
    "Pages",
    "Queue",
    "Receivers",
    "References",
    "RuleStates",
    "Secrets",
    "Seen",
    "Silences",
    "SnsAuthority",
    "Templates",
]
