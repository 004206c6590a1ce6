"""Ports that remember for a while, so that a warm process asks the store once, not every time."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from tocsin.domain.config import TenantConfig
from tocsin.domain.silence import Silence
from tocsin.ports import ApiKey, Clock, Configs, Keys, Silences

# What does not exist may be created the next moment, so its absence is remembered briefly.
_MISSING_TTL_S = 5.0
# Strangers can ask for any key id; their questions must not fill the memory.
_ENTRIES_LIMIT = 10_000

Value = TypeVar("Value")


class _Memory(Generic[Value]):
    def __init__(self, clock: Clock, ttl_s: float) -> None:
        self._clock = clock
        self._ttl_s = ttl_s
        self._entries: dict[str, tuple[float, Value | None]] = {}

    def recall(self, name: str, read: Callable[[str], Value | None]) -> Value | None:
        now_s = self._clock()
        until_s, value = self._entries.get(name, (now_s, None))
        if now_s < until_s:
            return value
        value = read(name)
        if len(self._entries) >= _ENTRIES_LIMIT:
            self._entries.clear()
        ttl_s = self._ttl_s if value is not None else min(self._ttl_s, _MISSING_TTL_S)
        self._entries[name] = (now_s + ttl_s, value)
        return value

    def forget(self, name: str) -> None:
        self._entries.pop(name, None)


class CachedConfigs:
    """Configurations, at most `ttl_s` behind what is applied."""

    def __init__(self, configs: Configs, clock: Clock, ttl_s: float = 30.0) -> None:
        self._configs = configs
        self._current: _Memory[TenantConfig] = _Memory(clock, ttl_s)
        self._versions: _Memory[TenantConfig] = _Memory(clock, 3600.0)

    def current(self, tenant: str) -> TenantConfig | None:
        """Return the tenant's configuration as of at most `ttl_s` ago."""
        return self._current.recall(tenant, self._configs.current)

    def version(self, tenant: str, version: int) -> TenantConfig | None:
        """Return one version, which never changes once it exists."""
        return self._versions.recall(
            f"{tenant}#{version}", lambda _: self._configs.version(tenant, version)
        )

    def apply(self, config: TenantConfig, source: str, at_s: float) -> None:
        """Store the next version and see it at once in this process."""
        try:
            self._configs.apply(config, source, at_s)
        finally:
            self._current.forget(config.tenant)
            self._versions.forget(f"{config.tenant}#{config.version}")

    def tenants(self) -> list[str]:
        """Return all tenants, never from memory."""
        return self._configs.tenants()

    def rules(self) -> dict[str, int]:
        """Return how many rules each tenant has, never from memory."""
        return self._configs.rules()


class CachedKeys:
    """API keys, at most `ttl_s` behind: so long a revoked one may still work."""

    def __init__(self, keys: Keys, clock: Clock, ttl_s: float = 60.0) -> None:
        self._keys = keys
        self._found: _Memory[ApiKey] = _Memory(clock, ttl_s)

    def find(self, key_id: str) -> ApiKey | None:
        """Return a key as of at most `ttl_s` ago."""
        return self._found.recall(key_id, self._keys.find)

    def all(self, tenant: str) -> list[ApiKey]:
        """Return the keys of a tenant, never from memory."""
        return self._keys.all(tenant)

    def put(self, key: ApiKey) -> None:
        """Store a key and see it at once in this process."""
        try:
            self._keys.put(key)
        finally:
            self._found.forget(key.id)


class CachedSilences:
    """Silences, at most `ttl_s` behind: so long what was just silenced may still be told."""

    def __init__(self, silences: Silences, clock: Clock, ttl_s: float = 5.0) -> None:
        self._silences = silences
        self._all: _Memory[list[Silence]] = _Memory(clock, ttl_s)

    def all(self, tenant: str) -> list[Silence]:
        """Return a tenant's silences as of at most `ttl_s` ago."""
        return list(self._all.recall(tenant, self._silences.all) or ())

    def write(self, tenant: str, silences: Sequence[Silence], delete_at_s: float) -> None:
        """Store silences and see them at once in this process."""
        try:
            self._silences.write(tenant, silences, delete_at_s)
        finally:
            self._all.forget(tenant)
