"""Back-tests: wiring. Everything is in memory and is gone afterwards."""

from collections.abc import Sequence

from msgspec.structs import replace

from tocsin.adapters.memory import (
    MemoryBlobs,
    MemoryBreakers,
    MemoryConfigs,
    MemoryGroups,
    MemoryJournal,
    MemoryPaces,
    MemorySilences,
)
from tocsin.domain.config import TenantConfig
from tocsin.domain.silence import Silence
from tocsin.pipeline.backtest import Backtest, BacktestPorts
from tocsin.pipeline.backtestresult import Backtested
from tocsin.pipeline.backtestrules import History


def backtest(
    config: TenantConfig, history: History, silences: Sequence[Silence] = ()
) -> Backtested:
    """Return what a configuration would have made of a tenant's past, and tell nobody."""
    configs, stored, journal = MemoryConfigs(), MemorySilences(), MemoryJournal()
    configs.apply(replace(config, version=1), "", history.from_s)
    unstored = [replace(each, version=0) for each in silences]
    stored.write(config.tenant, unstored, history.until_s)
    ports = BacktestPorts(
        groups=MemoryGroups(journal),
        journal=journal,
        blobs=MemoryBlobs(),
        configs=configs,
        breakers=MemoryBreakers(),
        paces=MemoryPaces(),
        silences=stored,
    )
    return Backtest(config.tenant, ports).run(history)
