"""Every port in memory: for tests, and for looking at decisions without an AWS account.

They keep the promises of the ports, which one contract test suite holds against both sides.
"""

from tocsin.adapters.memory.blobs import MemoryArchive, MemoryBlobs
from tocsin.adapters.memory.breakers import MemoryBreakers
from tocsin.adapters.memory.changeevents import MemoryChangeEvents
from tocsin.adapters.memory.configs import MemoryConfigs
from tocsin.adapters.memory.deadletters import MemoryDeadLetters
from tocsin.adapters.memory.failedenrichments import MemoryFailedEnrichments
from tocsin.adapters.memory.fetcher import MemoryFetcher
from tocsin.adapters.memory.fingerprints import MemoryFingerprints
from tocsin.adapters.memory.groups import MemoryGroups
from tocsin.adapters.memory.journal import MemoryJournal
from tocsin.adapters.memory.keys import MemoryKeys
from tocsin.adapters.memory.limiter import MemoryLimiter
from tocsin.adapters.memory.metrics import MemoryMetrics
from tocsin.adapters.memory.metricsource import MemoryMetricSource
from tocsin.adapters.memory.outbox import MemoryOutbox
from tocsin.adapters.memory.paces import MemoryPaces
from tocsin.adapters.memory.receivers import MemoryReceivers
from tocsin.adapters.memory.rulestates import MemoryRuleStates
from tocsin.adapters.memory.seen import MemorySeen
from tocsin.adapters.memory.silences import MemorySilences
from tocsin.adapters.memory.templates import MemoryTemplates

__all__ = [
    "MemoryArchive",
    "MemoryBlobs",
    "MemoryBreakers",
    "MemoryChangeEvents",
    "MemoryConfigs",
    "MemoryDeadLetters",
    "MemoryFailedEnrichments",
    "MemoryFetcher",
    "MemoryFingerprints",
    "MemoryGroups",
    "MemoryJournal",
    "MemoryKeys",
    "MemoryLimiter",
    "MemoryMetricSource",
    "MemoryMetrics",
    "MemoryOutbox",
    "MemoryPaces",
    "MemoryReceivers",
    "MemoryRuleStates",
    "MemorySeen",
    "MemorySilences",
    "MemoryTemplates",
]
