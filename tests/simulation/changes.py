"""People who edit the configuration while alerts fire."""

from random import Random

import msgspec

from tests.simulation import landscape
from tests.simulation.landscape import RULES, Landscape
from tocsin.adapters.memory import MemoryConfigs
from tocsin.domain.fingerprint_rules import SETS_LIMIT, activated, succeeding


class Changes:
    """They apply to all tenants; `policy` is what alerts climb by now, at every route."""

    def __init__(self, random: Random, configs: MemoryConfigs, known: Landscape) -> None:
        self.policy = known.policy
        self._random = random
        self._configs = configs
        self._tenants = known.tenants

    def change_rules(self, now_s: float) -> str:
        """Apply other fingerprint rules, which tell the same alerts apart; return which."""
        rules = self._random.choice(RULES)
        for tenant in self._tenants:
            old = self._configs.current(tenant)
            assert old is not None
            if len(old.fingerprints) == SETS_LIMIT:
                # What fires under an older set than those is not found any more.
                return "apply nothing"
            sets = activated(succeeding(rules, old.fingerprints), now_s)
            new = msgspec.structs.replace(old, version=old.version + 1, fingerprints=sets)
            self._configs.apply(new, "", now_s)
        return f"apply {rules}"

    def change_policy(self, now_s: float) -> str:
        """Apply another policy, or none; return it."""
        self.policy = self._random.choice([None, landscape.policy(self._random)])
        for tenant in self._tenants:
            old = self._configs.current(tenant)
            assert old is not None
            self._configs.apply(landscape.with_policy(old, self.policy), "", now_s)
        return f"apply {self.policy}"
