"""Who knows which feature flags are on."""

from collections.abc import Sequence
from typing import Protocol

from tocsin.domain.config import TenantConfig
from tocsin.domain.flag import FlagEvaluation

# The name of a flag, and the unit that it is asked for: a rule's name, or the tenant's.
AskedFlag = tuple[str, str]


class Flags(Protocol):
    """Evaluates a tenant's feature flags, from its configuration alone."""

    def evaluate(self, config: TenantConfig, asked: Sequence[AskedFlag]) -> list[FlagEvaluation]:
        """Return an answer for each, in order; a flag that the tenant does not have is off."""
