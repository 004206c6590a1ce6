import pytest

from cli.target import Target
from tocsin.adapters.memory import MemoryConfigs, MemoryKeys, MemorySeen
from tocsin.adapters.memory.rulestates import MemoryRuleStates
from tocsin.configuration.application import Issuer


class MemoryTarget(Target):
    """A stack without AWS: any use of a client fails."""

    def __init__(self, configs, keys, seen, issuer):
        super().__init__("memory", self._no_client, is_local=True)
        self.configs = configs
        self.keys = keys
        self.seen = seen
        self.issuer = issuer
        self.rule_states = MemoryRuleStates()

    def _no_client(self, service):
        raise AssertionError(f"no client of {service} is needed")


class CountingBytes:
    """Different bytes each time, the same in every run."""

    def __init__(self):
        self.calls = 0

    def __call__(self, length):
        self.calls += 1
        return self.calls.to_bytes(2, "big") * (length // 2)


@pytest.fixture
def memory_target():
    keys = MemoryKeys()
    issuer = Issuer(
        keys,
        environment="test",
        pepper=b"pepper",
        random_bytes=CountingBytes(),
        clock=lambda: 1_763_790_000.0,
    )
    return MemoryTarget(MemoryConfigs(), keys, MemorySeen(), issuer)
