"""Embedding models of Amazon Bedrock: Titan Text Embeddings V2 and Cohere Embed.

Source: "Inference request parameters and response fields for foundation models" in the user
guide of Bedrock, for amazon.titan-embed-text-v2 and for cohere.embed.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Annotated, Any

import msgspec

from tocsin.adapters.aws import translated
from tocsin.domain.errors import Permanent, Unsendable

DIMENSIONS = 256
# The most that an answer takes, and that a call does, its connection included.
ANSWER_S, CALL_S = 5.0, 6.0
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
    """Asks one model, by InvokeModel; threads may share it.

    `make_client` makes the client, whose answers take at most so many seconds: once, when it is
    first needed.
    """

    def __init__(self, model: str, make_client: Callable[[float], Any], threshold: float) -> None:
        self.model = model
        self.threshold = threshold
        self._make_client = make_client
        self._client: Any = None
        self._lock = Lock()

    def embed(self, texts: Sequence[str], left_s: Callable[[], float]) -> list[Sequence[float]]:
        """Return a vector for each text. Raises Retryable or Permanent."""
        at_once = _TEXTS_LIMIT if "cohere" in self.model else 1
        vectors: list[Sequence[float]] = []
        for start in range(0, len(texts), at_once):
            if left_s() < CALL_S:
                raise Unsendable(f"{self.model}: too little time is left to ask")
            asked = list(texts[start : start + at_once])
            vectors += self._cohere(asked) if "cohere" in self.model else self._titan(asked[0])
        return vectors

    def _titan(self, text: str) -> Sequence[Sequence[float]]:
        asked = {"inputText": text, "dimensions": DIMENSIONS, "normalize": True}
        answer: _OfTitan = self._read(asked, _OfTitan)
        return [answer.embedding]

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

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._make_client(ANSWER_S)
            return self._client

    def _read(self, asked: dict[str, Any], kind: type[Any]) -> Any:
        with translated("bedrock-runtime"):
            answer = self._connected().invoke_model(
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
