"""Models that embed texts, by name; what one needs is loaded when it is first asked."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tocsin.domain.errors import ConfigurationError
from tocsin.ports import Embedder

# The name of the model that is installed beside tocsin; every other name is one of Bedrock's.
STATIC = "static"
# SEMANTIC_DEDUP_THRESHOLD, unless it is set otherwise.
THRESHOLD = 0.85


class NoEmbedder:
    """Stands where there is no model, and says why to whoever asks."""

    model = "none"

    def __init__(self, why: str, threshold: float = THRESHOLD) -> None:
        self.why = why
        self.threshold = threshold

    def embed(self, texts: Sequence[str], left_s: Callable[[], float]) -> list[Sequence[float]]:
        """Raise ConfigurationError."""
        raise ConfigurationError(self.why)


def open_embedder(
    model: str,
    make_bedrock: Callable[[float], Any],
    *,
    is_on: bool = True,
    threshold: float = THRESHOLD,
) -> Embedder:
    """Return the embedder, or one that has no model and says why. Nothing is read yet.

    `make_bedrock` makes a client of bedrock-runtime whose answers take at most so many seconds,
    when one is needed.
    """
    if not is_on:
        return NoEmbedder("ENABLE_SEMANTIC_DEDUP is false", threshold)
    if model != STATIC:
        from tocsin.adapters.embedding.bedrock import BedrockEmbedder

        return BedrockEmbedder(model, make_bedrock, threshold)
    from tocsin.adapters.embedding.static import PACKAGE, find_model

    folder = find_model()
    if folder is None:
        why = f"the package {PACKAGE}, which holds the model, is not installed"
        return NoEmbedder(why, threshold)
    return _Lazy(folder, threshold)


class _Lazy:
    """The static model, read when a text is first embedded: most invocations embed none."""

    model = STATIC

    def __init__(self, folder: Path, threshold: float) -> None:
        self.threshold = threshold
        self._folder = folder
        self._opened: Embedder | None = None

    def embed(self, texts: Sequence[str], left_s: Callable[[], float]) -> list[Sequence[float]]:
        """Return a vector for each text. Raises ConfigurationError for files of another form."""
        if self._opened is None:
            from tocsin.adapters.embedding.static import StaticEmbedder

            self._opened = StaticEmbedder(self._folder, self.threshold)
        return self._opened.embed(texts, left_s)
