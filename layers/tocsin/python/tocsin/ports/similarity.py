"""What similar alerts are found with: what others said before, and vectors of texts."""

from collections.abc import Callable, Sequence
from typing import Protocol

from tocsin.domain.enrichment.known import Known


class Templates(Protocol):
    """What was said of each thing lately, by tenant and block (see domain.enrichment.thing)."""

    def read(self, tenant: str, block: str, now_s: float) -> tuple[Known, ...]:
        """Return what is stored of a block and has not expired, perhaps a moment late."""

    def write(self, tenant: str, block: str, known: Sequence[Known], expires_at_s: float) -> None:
        """Store what is known of a block, in place of what was; TTL deletes it.

        What somebody else stored meanwhile is lost: it costs a link, and no alert. Of more than
        an item holds, those that come last are left out.
        """


class Embedder(Protocol):
    """Turns texts into vectors that are near each other where the texts mean the same."""

    @property
    def model(self) -> str:
        """The name of the model; vectors of different models are never compared."""

    @property
    def threshold(self) -> float:
        """The least cosine of two of its vectors whose texts are said to mean the same."""

    def embed(self, texts: Sequence[str], left_s: Callable[[], float]) -> list[Sequence[float]]:
        """Return a vector for each text, in order, all of one length; `left_s` says by when.

        Raises a TocsinError that says why where there is no model, or none that answers; that is
        Unsendable where too little time is left to ask.
        """
