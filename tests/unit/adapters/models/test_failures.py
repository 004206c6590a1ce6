"""What providers do instead of answering, and what tocsin makes of it."""

import json
import socket

import pytest

from cli.vendors.localserver import Answer, local_server
from tests.contract.test_models import (
    ABOUT,
    KEY,
    OK,
    SETTINGS,
    bedrock_client,
    models,
)
from tocsin.adapters.models.bedrock import BedrockModel
from tocsin.domain.enrichment.prompt import prompt
from tocsin.domain.errors import Permanent, Retryable, Throttled, TocsinError, Unsendable

ECHO = f"key {KEY} and DiskFull are wrong"


@pytest.fixture
def server():
    with local_server() as made:
        yield made


def body(value, status=200, **headers):
    return Answer(status=status, headers=headers, body=json.dumps(value).encode())


def aws(code, status, message=ECHO):
    return body({"message": message}, status, **{"x-amzn-ErrorType": f"{code}:http://x/"})


def google(status, name, *details):
    error = {"code": status, "message": ECHO, "status": name, "details": list(details)}
    return body({"error": error}, status)


def gemini_said(reason, *parts, **fields):
    return body({"candidates": [{"content": {"parts": list(parts)}, "finishReason": reason}]})


def bedrock_said(reason, *blocks):
    return body({"output": {"message": {"content": list(blocks)}}, "stopReason": reason})


RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}
QUOTA = {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": "x"}]}
LONG = {"text": "x" * 100_000}

BEDROCK = [
    (aws("ThrottlingException", 429), Throttled, "ThrottlingException"),
    (aws("ModelNotReadyException", 429), Throttled, "ModelNotReadyException"),
    (aws("ModelTimeoutException", 408), Retryable, "ModelTimeoutException"),
    (aws("ModelErrorException", 424), Retryable, "ModelErrorException"),
    (aws("InternalServerException", 500), Retryable, "InternalServerException"),
    (aws("ServiceUnavailableException", 503), Retryable, "ServiceUnavailableException"),
    (aws("AccessDeniedException", 403), Permanent, "may not use this model"),
    (aws("ResourceNotFoundException", 404), Permanent, "no such model"),
    (aws("ValidationException", 400), Permanent, "id of the model may be wrong"),
    (aws("ExpiredTokenException", 403), Retryable, "ExpiredTokenException"),
    (Answer(status=502, body=b"<html>Bad Gateway"), Retryable, "502"),
    (Answer(body=b"<html>hello"), Retryable, "none of Converse"),
    (Answer(body=b'{"output": ', missing_bytes=90), Retryable, "amazon.nova"),
    (body([]), Retryable, "none of Converse"),
    (body({}), Retryable, "none of Converse"),
    (body({"stopReason": 5}), Permanent, "unknown"),
    (body({"stopReason": ["x"]}), Permanent, "unknown"),
    (body({"stopReason": "end_turn"}), Permanent, "another form"),
    (bedrock_said("end_turn"), Permanent, "empty"),
    (bedrock_said("end_turn", {"text": " \n"}), Permanent, "empty"),
    (bedrock_said("end_turn", {"toolUse": {"name": "x"}}), Permanent, "empty"),
    (bedrock_said("end_turn", LONG), Permanent, "more than 20000 characters"),
    (bedrock_said("max_tokens", {"text": "{"}), Permanent, "cut off at 4096 tokens"),
    (bedrock_said("guardrail_intervened", {"text": "no"}), Permanent, "guardrail_intervened"),
    (bedrock_said("content_filtered"), Permanent, "content_filtered"),
    (bedrock_said(f"x {ECHO}"), Permanent, "unknown"),
]
GEMINI = [
    (google(429, "RESOURCE_EXHAUSTED", QUOTA, RETRY), Throttled, "429 RESOURCE_EXHAUSTED"),
    (google(500, "INTERNAL"), Retryable, "500 INTERNAL"),
    (google(503, "UNAVAILABLE"), Retryable, "503 UNAVAILABLE"),
    (google(504, "DEADLINE_EXCEEDED"), Retryable, "504 DEADLINE_EXCEEDED"),
    (google(400, "INVALID_ARGUMENT"), Permanent, "the key may be wrong"),
    (google(401, "UNAUTHENTICATED"), Permanent, "does not know this key"),
    (google(403, "PERMISSION_DENIED"), Permanent, "this key may not use it"),
    (google(404, "NOT_FOUND"), Permanent, "no such model"),
    (google(400, ECHO), Permanent, "400 unknown"),
    (Answer(status=502, body=b"<html>"), Retryable, "502"),
    (Answer(status=302, headers={"Location": "http://169.254.169.254/"}), Permanent, "302"),
    (Answer(body=b"<html>hello"), Retryable, "none of generateContent"),
    (Answer(body=b'{"candidates": ', missing_bytes=90), Retryable, "none of generateContent"),
    (Answer(body=b"\xff\xfe"), Retryable, "none of generateContent"),
    (Answer(body=b"[" * 100_000), Retryable, "none of generateContent"),
    (body([]), Retryable, "none of generateContent"),
    (body({}), Permanent, "empty"),
    (body({"candidates": []}), Permanent, "empty"),
    (body({"candidates": [{"finishReason": "STOP"}]}), Permanent, "empty"),
    (gemini_said("STOP", {"text": "hm", "thought": True}), Permanent, "empty"),
    (gemini_said("STOP", LONG), Permanent, "more than 20000 characters"),
    (gemini_said("MAX_TOKENS", {"text": "{"}), Permanent, "cut off at 4096 tokens"),
    (gemini_said("SAFETY"), Permanent, "SAFETY"),
    (gemini_said("RECITATION", {"text": "x"}), Permanent, "RECITATION"),
    (gemini_said(ECHO), Permanent, "unknown"),
    (body({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}), Permanent, "PROHIBITED"),
]


def failure(kind, server, answer):
    server.answers.append(answer)
    with pytest.raises(TocsinError) as caught:
        models(server.url).open("acme", SETTINGS[kind]).ask(prompt(ABOUT), 20.0)
    assert len(server.requests) == 1
    return caught.value


@pytest.mark.parametrize(
    ("kind", "answer", "error", "said"),
    [("bedrock", *each) for each in BEDROCK] + [("gemini", *each) for each in GEMINI],
)
def test_each_is_an_error_in_plain_words_that_repeats_nothing(server, kind, answer, error, said):
    found = failure(kind, server, answer)
    assert isinstance(found, error)
    if error is Retryable:
        assert not isinstance(found, Throttled)
    words = str(found)
    assert said in words
    assert words.startswith(SETTINGS[kind].model)
    assert len(words) < 200
    assert words.isprintable()
    for hidden in (KEY, "DiskFull", "hook", "127.0.0.1"):
        assert hidden not in words


@pytest.mark.parametrize(
    ("answer", "wait_s"),
    [
        (google(429, "RESOURCE_EXHAUSTED", RETRY), 34.5),
        (google(429, "RESOURCE_EXHAUSTED", {"retryDelay": "soon"}), None),
        (body({}, 429, **{"Retry-After": "7"}), 7.0),
        (body({}, 503, **{"Retry-After": "Fri, 31 Dec 2027 23:59:59 GMT"}), None),
    ],
)
def test_gemini_says_how_long_to_wait(server, answer, wait_s):
    assert failure("gemini", server, answer).retry_after_s == wait_s


@pytest.mark.parametrize("kind", ["bedrock", "gemini"])
def test_an_answer_of_ten_megabytes_is_none(server, kind):
    said = {"text": "x" * 10_000_000}
    answer = bedrock_said("end_turn", said) if kind == "bedrock" else gemini_said("STOP", said)
    found = failure(kind, server, answer)
    assert isinstance(found, Permanent)
    assert "more than" in str(found)


@pytest.mark.parametrize("kind", ["bedrock", "gemini"])
def test_who_refuses_to_connect_may_be_there_again(kind):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(Retryable, match=SETTINGS[kind].model):
            models(url).open("acme", SETTINGS[kind]).ask(prompt(ABOUT), 20.0)


def test_who_never_answers_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Retryable, match="flash: no answer"):
            models(url).open("acme", SETTINGS["gemini"]).ask(prompt(ABOUT), 0.2)
        model = BedrockModel("nova", lambda _limit_s: bedrock_client(url, 0.2))
        with pytest.raises(Retryable, match="ReadTimeoutError"):
            model.ask(prompt(ABOUT), 20.0)


def test_bedrock_is_asked_with_a_time_limit_within_what_is_left(server):
    limits_s = []

    def make(limit_s):
        limits_s.append(limit_s)
        return bedrock_client(server.url, limit_s)

    model = BedrockModel("nova", make)
    for left_s in (60.0, 29.0, 14.0, 30.0):
        server.answers.append(body(OK["bedrock"]))
        model.ask(prompt(ABOUT), left_s)
    assert limits_s == [30.0, 15.0, 5.0]
    with pytest.raises(Unsendable, match="too little time"):
        model.ask(prompt(ABOUT), 4.9)


def test_a_secret_that_is_not_there_is_said_and_nothing_is_sent(server):
    from msgspec.structs import replace

    settings = replace(SETTINGS["gemini"], secret="tocsin/acme/gone")
    with pytest.raises(Permanent, match="ResourceNotFoundException"):
        models(server.url).open("acme", settings).ask(prompt(ABOUT), 20.0)
    assert server.requests == []
