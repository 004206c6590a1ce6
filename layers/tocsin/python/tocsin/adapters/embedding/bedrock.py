"""Embedding models of Amazon Bedrock: Titan Text Embeddings V2 and Cohere Embed.

Source: "Inference request parameters and response fields for foundation models" in the user
guide of Bedrock, for amazon.titan-embed-text-v2 and for cohere.embed.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import msgspec

from tocsin.adapters.aws import translated
from tocsin.domain.errors import Permanent

DIMENSIONS = 256
# Cohere takes that many texts a call; Titan takes one.
_TEXTS_LIMIT = 96

_Vector = Annotated[list[float], msgspec.Meta(min_length=1, max_length=4096)]


class _OfTitan(msgspec.Struct):
    embedding: _Vector


class _ByType(msgspec.Struct):
    float: list[_Vector]


class _OfCohere(msgspec.Struct):
    embeddings: list[_Vector] | _ByType


class BedrockEmbedder:
    """Asks one model, by InvokeModel. `make_client` makes the client, when it is first needed."""

    def __init__(self, model: str, make_client: Callable[[], Any], threshold: float) -> None:
        self.model = model
        self.threshold = threshold
        self._make_client = make_client

    def embed(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """Return a vector for each text. Raises Retryable or Permanent."""
        if "cohere" in self.model:
            vectors: list[Sequence[float]] = []
            for start in range(0, len(texts), _TEXTS_LIMIT):
                vectors += self._cohere(list(texts[start : start + _TEXTS_LIMIT]))
            return vectors
        return [self._titan(text) for text in texts]

    def _titan(self, text: str) -> Sequence[float]:
        asked = {"inputText": text, "dimensions": DIMENSIONS, "normalize": True}
        answer: _OfTitan = self._read(asked, _OfTitan)
        return answer.embedding

    def _cohere(self, texts: list[str]) -> Sequence[Sequence[float]]:
        asked: dict[str, Any] = {
            "texts": texts,
            "input_type": "clustering",
            "embedding_types": ["float"],
        }
        # Version 3 has one length only, and refuses to be asked for it.
        if "embed-v4" in self.model:
            asked["output_dimension"] = DIMENSIONS
        answer: _OfCohere = self._read(asked, _OfCohere)
        found = answer.embeddings
        vectors = found if isinstance(found, list) else found.float
        if len(vectors) != len(texts):
            raise Permanent(f"{self.model}: {len(vectors)} vectors for {len(texts)} texts")
        return vectors

    def _read(self, asked: dict[str, Any], kind: type[Any]) -> Any:
        with translated("bedrock-runtime"):
            answer = self._make_client().invoke_model(
                modelId=self.model,
                body=msgspec.json.encode(asked),
                contentType="application/json",
                accept="application/json",
            )
            body = answer["body"].read()
        try:
            return msgspec.json.decode(body, type=kind)
        except msgspec.MsgspecError:
            raise Permanent(f"{self.model}: its answer has another form than expected") from None
