"""The embedded summariser as a model: it reads the data of a prompt, and nobody is asked."""

from types import TracebackType
from typing import Self

import msgspec

from tocsin.domain.enrichment.extracted import NAME, extracted
from tocsin.domain.enrichment.prompt import Material, Prompt
from tocsin.domain.errors import Permanent
from tocsin.ports import Completion


class ExtractModel:
    """Answers out of the data itself, offline, and the same every time."""

    name = NAME
    is_metered = False

    def ask(self, prompt: Prompt, left_s: float) -> Completion:
        """Return the answer, as a model would write it. Raises Permanent for other data."""
        try:
            about = msgspec.json.decode(prompt.data, type=Material)
        except (msgspec.DecodeError, UnicodeError):
            raise Permanent(f"{NAME}: this is no description of an alert") from None
        found = extracted(about)
        answer = {"cause": found.cause, "impact": found.impact, "checks": found.checks}
        return Completion(text=msgspec.json.encode(answer).decode(), by=NAME)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free nothing: there is nothing."""
