"""Who answers questions about alerts: a language model somewhere else, or the one built in."""

from types import TracebackType
from typing import Protocol, Self

import msgspec

from tocsin.domain.enrichment.prompt import Prompt


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """What a model answered: the text as it came, who wrote it, and the tokens that it took."""

    text: str
    by: str
    tokens_in: int = 0
    tokens_out: int = 0


class Model(Protocol):
    """Answers one question; threads may share it. To be closed, as a context manager is.

    `name` is what people know it by. `is_metered`: each question costs something.
    """

    @property
    def name(self) -> str: ...

    @property
    def is_metered(self) -> bool: ...

    def ask(self, prompt: Prompt, left_s: float) -> Completion:
        """Return the answer, within about `left_s` seconds.

        Raises Throttled, Retryable or Permanent in words that hold no secret and nothing of the
        prompt or the answer. An answer that is empty, cut off or withheld is Permanent, and a
        question that was not asked, since too little time was left for it, is Unsendable.
        """

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free what it holds: connections and pools."""
