"""Models of Amazon Bedrock, by its Converse API.

Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html. The model must
take a system prompt; which do is in "Supported models and model features" of the user guide.
"""

from collections.abc import Callable
from threading import Lock
from types import TracebackType
from typing import Any, Self

from botocore.exceptions import ClientError

from tocsin.adapters.aws import AWS_ERRORS, error_codes, translate
from tocsin.adapters.models.answer import ANSWER_TOKENS, finished, text_of
from tocsin.domain.enrichment.prompt import Prompt
from tocsin.domain.errors import Permanent, Retryable, Throttled, TocsinError, Unsendable
from tocsin.ports import Completion

# botocore fixes the time limit when it makes a client, so there is one for each of these.
_TIME_LIMITS_S = (30.0, 15.0, 5.0)
_ENDED_WELL = frozenset({"end_turn", "stop_sequence"})
_BUSY = frozenset({"ThrottlingException", "ModelNotReadyException", "ServiceQuotaExceeded"})
_PASSING = frozenset({"ModelTimeoutException", "ModelErrorException"})
# What an operator has to look at.
_WORDS = {
    "AccessDeniedException": "tocsin may not use this model",
    "ResourceNotFoundException": "there is no such model in this region",
    "ValidationException": "it does not take this request; the id of the model may be wrong",
}


class BedrockModel:
    """Asks one model. `make_client` makes a client whose answers take at most so many seconds."""

    is_metered = True

    def __init__(self, model: str, make_client: Callable[[float], Any]) -> None:
        self.name = model
        self._make_client = make_client
        self._clients: dict[float, Any] = {}
        # botocore's session makes one client at a time.
        self._lock = Lock()

    def ask(self, prompt: Prompt, left_s: float) -> Completion:
        """Return the answer. Raises Throttled, Retryable, Permanent or Unsendable."""
        client = self._client(left_s)
        try:
            answer = client.converse(
                modelId=self.name,
                system=[{"text": prompt.instructions}],
                messages=[{"role": "user", "content": [{"text": prompt.data}]}],
                inferenceConfig={"maxTokens": ANSWER_TOKENS},
            )
        except AWS_ERRORS as error:
            raise _translated(error, self.name) from None
        # botocore's parser takes for granted that JSON of another shape never comes.
        except (AttributeError, KeyError, TypeError, ValueError):
            answer = {}
        return self._completion(answer)

    def _client(self, left_s: float) -> Any:
        limit_s = next((each for each in _TIME_LIMITS_S if each <= left_s), None)
        if limit_s is None:
            raise Unsendable(f"{self.name}: too little time is left to ask")
        with self._lock:
            if limit_s not in self._clients:
                self._clients[limit_s] = self._make_client(limit_s)
            return self._clients[limit_s]

    def _completion(self, answer: Any) -> Completion:
        if not answer.get("stopReason"):
            # It said 200, and then was somebody else: that may pass.
            raise Retryable(f"{self.name}: its answer is none of Converse")
        finished(self.name, answer["stopReason"], _ENDED_WELL)
        try:
            blocks = answer["output"]["message"]["content"]
            texts = [block["text"] for block in blocks if "text" in block]
            usage = answer.get("usage") or {}
            tokens = int(usage.get("inputTokens", 0)), int(usage.get("outputTokens", 0))
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Permanent(f"{self.name}: its answer has another form than Converse's") from None
        text = text_of(self.name, texts)
        return Completion(text=text, by=self.name, tokens_in=tokens[0], tokens_out=tokens[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections; a question that comes later opens new ones."""
        with self._lock:
            clients, self._clients = list(self._clients.values()), {}
        for each in clients:
            each.close()


def _translated(error: Exception, name: str) -> TocsinError:
    """Return what an error of Bedrock means; its own message may quote the request."""
    known = translate(error, "bedrock-runtime")
    codes = error_codes(error) if isinstance(error, ClientError) else set()
    reason = f"{name}: {known}"
    if codes & _BUSY:
        return Throttled(reason)
    if isinstance(known, Retryable) or codes & _PASSING:
        return Retryable(reason)
    said = "; ".join(_WORDS[code] for code in sorted(codes) if code in _WORDS)
    return Permanent(f"{reason}: {said}" if said else reason)
