"""Gemini models over HTTP, by generateContent of the Gemini API.

Source: ai.google.dev/api/generate-content, and ai.google.dev/gemini-api/docs/generate-content/
api-errors for what its errors mean. The key goes in a header: URLs end in logs.
"""

import re
from types import TracebackType
from typing import Self

import msgspec

from tocsin.adapters.http import Http, HttpAnswer
from tocsin.adapters.models.answer import ANSWER_TOKENS, finished, text_of, word
from tocsin.domain.enrichment.prompt import Prompt
from tocsin.domain.errors import Permanent, Retryable, Throttled, TocsinError
from tocsin.ports import Completion, Secrets

BASE_URL = "https://generativelanguage.googleapis.com/v1beta"
_ANSWER_BYTES = 256 * 1024
_ENDED_WELL = frozenset({"STOP"})
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# google.rpc.RetryInfo: a duration as JSON has it.
_DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,9})?)s")
_WORDS = {
    400: "it does not take this request; the key may be wrong",
    401: "it does not know this key",
    403: "this key may not use it",
    404: "there is no such model",
}


class _Part(msgspec.Struct):
    text: str = ""
    # What the model thought on its way to the answer.
    thought: bool = False


class _Content(msgspec.Struct):
    parts: list[_Part] = []


class _Candidate(msgspec.Struct, rename="camel"):
    content: _Content | None = None
    finish_reason: str = ""


class _Feedback(msgspec.Struct, rename="camel"):
    block_reason: str = ""


class _Usage(msgspec.Struct, rename="camel"):
    prompt_token_count: int = 0
    candidates_token_count: int = 0
    thoughts_token_count: int = 0


class _Answer(msgspec.Struct, rename="camel"):
    candidates: list[_Candidate] = []
    prompt_feedback: _Feedback | None = None
    usage_metadata: _Usage | None = None


class _Detail(msgspec.Struct, rename="camel"):
    retry_delay: str = ""


class _Error(msgspec.Struct):
    status: str = ""
    details: list[_Detail] = []


class _Failure(msgspec.Struct):
    error: _Error


class GeminiModel:
    """Asks one model, with the key that Secrets Manager has under a name."""

    is_metered = True

    def __init__(
        self, model: str, secret: str, secrets: Secrets, http: Http, base_url: str = BASE_URL
    ) -> None:
        if not _MODEL.fullmatch(model):
            raise Permanent("gemini: this is no id of a model")
        self.name = model
        self._secret = secret
        self._secrets = secrets
        self._http = http
        self._url = f"{base_url}/models/{model}:generateContent"

    def ask(self, prompt: Prompt, left_s: float) -> Completion:
        """Return the answer. Raises Throttled, Retryable or Permanent."""
        headers = {
            "Content-Type": "application/json",
            "x-goog-api-key": self._secrets.get(self._secret).strip(),
        }
        body = msgspec.json.encode(_request(prompt))
        try:
            answer = self._http.post(self._url, body, headers, left_s, _ANSWER_BYTES)
        except Retryable as error:
            raise Retryable(f"{self.name}: {error}") from None
        except Permanent as error:
            raise Permanent(f"{self.name}: {error}") from None
        if answer.status != 200:
            raise _failure(self.name, answer)
        return self._completion(answer.body)

    def _completion(self, body: bytes) -> Completion:
        if len(body) >= _ANSWER_BYTES:
            raise Permanent(f"{self.name}: its answer has more than {_ANSWER_BYTES} bytes")
        try:
            answer = msgspec.json.decode(body, type=_Answer)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            # It said 200, and then broke off or was somebody else: that may pass.
            raise Retryable(f"{self.name}: its answer is none of generateContent") from None
        if answer.prompt_feedback is not None and answer.prompt_feedback.block_reason:
            reason = word(answer.prompt_feedback.block_reason)
            raise Permanent(f"{self.name}: it gave no answer ({reason})")
        if not answer.candidates:
            raise Permanent(f"{self.name}: its answer is empty")
        candidate, usage = answer.candidates[0], answer.usage_metadata or _Usage()
        finished(self.name, candidate.finish_reason, _ENDED_WELL)
        parts = candidate.content.parts if candidate.content else []
        text = text_of(self.name, [each.text for each in parts if not each.thought])
        tokens_out = usage.candidates_token_count + usage.thoughts_token_count
        return Completion(
            text=text, by=self.name, tokens_in=usage.prompt_token_count, tokens_out=tokens_out
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections; a question that comes later opens new ones."""
        self._http.close()


def _request(prompt: Prompt) -> dict[str, object]:
    return {
        "systemInstruction": {"parts": [{"text": prompt.instructions}]},
        "contents": [{"role": "user", "parts": [{"text": prompt.data}]}],
        "generationConfig": {
            "responseMimeType": "application/json",
            "maxOutputTokens": ANSWER_TOKENS,
            "candidateCount": 1,
        },
    }


def _failure(name: str, answer: HttpAnswer) -> TocsinError:
    """Return what a status means; the message of the body may quote what was sent."""
    try:
        error = msgspec.json.decode(answer.body, type=_Failure).error
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        error = _Error()
    said = f" {word(error.status)}" if error.status else ""
    reason = f"{name}: it answers {answer.status}{said}"
    if answer.status == 429:
        return Throttled(reason, _retry_after_s(error, answer))
    if answer.status == 408 or answer.status >= 500:
        return Retryable(reason, _retry_after_s(error, answer))
    known = _WORDS.get(answer.status)
    return Permanent(f"{reason}: {known}" if known else reason)


def _retry_after_s(error: _Error, answer: HttpAnswer) -> float | None:
    told = [_DURATION.fullmatch(detail.retry_delay) for detail in error.details]
    waits_s = [float(match.group(1)) for match in told if match]
    header = answer.headers.get("retry-after", "")
    if header.isascii() and header.isdigit() and len(header) < 7:
        waits_s.append(float(header))
    return max(waits_s, default=None)
