"""What alerts said lately, in memory."""

from collections.abc import Sequence

from tocsin.domain.enrichment.known import Known


class MemoryTemplates:
    """Blocks by tenant and name, and how often they were read and written."""

    def __init__(self) -> None:
        self.blocks: dict[tuple[str, str], tuple[tuple[Known, ...], float]] = {}
        self.reads = 0
        self.writes = 0

    def read(self, tenant: str, block: str, now_s: float) -> tuple[Known, ...]:
        """Return what is stored of a block and has not expired."""
        self.reads += 1
        known, expires_at_s = self.blocks.get((tenant, block), ((), 0.0))
        return known if expires_at_s > now_s else ()

    def write(self, tenant: str, block: str, known: Sequence[Known], expires_at_s: float) -> None:
        """Store what is known of a block, in place of what was."""
        self.writes += 1
        self.blocks[tenant, block] = (tuple(known), expires_at_s)
