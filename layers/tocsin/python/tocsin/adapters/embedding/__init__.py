"""Models that embed texts, by name; what one needs is loaded when it is first asked."""

from collections.abc import Callable, Sequence
from typing import Any

from tocsin.ports import Embedder

# The name of the model that is installed beside tocsin; every other name is one of Bedrock's.
STATIC = "static"


def open_embedder(
    model: str, make_bedrock: Callable[[], Any], *, is_on: bool = True
) -> tuple[Embedder | None, str]:
    """Return the embedder, or None and why there is none.

    `make_bedrock` makes a client of bedrock-runtime, when one is needed. Nothing is read yet.
    """
    if not is_on:
        return None, "ENABLE_SEMANTIC_DEDUP is false"
    if model != STATIC:
        from tocsin.adapters.embedding.bedrock import BedrockEmbedder

        return BedrockEmbedder(model, make_bedrock), ""
    from tocsin.adapters.embedding.static import PACKAGE, find_model

    folder = find_model()
    if folder is None:
        return None, f"the package {PACKAGE}, which holds the model, is not installed"
    return _Lazy(folder), ""


class _Lazy:
    """The static model, read when a text is first embedded: most invocations embed none."""

    model = STATIC

    def __init__(self, folder: Any) -> None:
        self._folder = folder
        self._opened: Embedder | None = None

    def embed(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """Return a vector for each text. Raises ConfigurationError for files of another form."""
        if self._opened is None:
            from tocsin.adapters.embedding.static import StaticEmbedder

            self._opened = StaticEmbedder(self._folder)
        return self._opened.embed(texts)
