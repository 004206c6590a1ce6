"""Models behind their port: real clients against a server on loopback, and the embedded one."""

import json

import botocore.session
import pytest
from botocore.config import Config

from cli.vendors.localserver import Answer, local_server
from tocsin.adapters.http import Http
from tocsin.adapters.models import Models
from tocsin.domain.enrichment.prompt import Material, prompt
from tocsin.domain.enrichment.settings import ModelSettings
from tocsin.domain.enrichment.triage import read
from tocsin.domain.errors import ConfigurationError, Permanent

KEY = "AIza-s3cret-of-acme"
ABOUT = Material(
    alert="DiskFull",
    severity="critical",
    provider="prometheus",
    annotations={"summary": "Disk of db-1 is full because of logs"},
)
SAID = json.dumps({"cause": "Logs.", "impact": "Orders.", "checks": ["Look."]})
SETTINGS = {
    "extract": ModelSettings(),
    "bedrock": ModelSettings(kind="bedrock", model="amazon.nova-lite-v1:0"),
    "gemini": ModelSettings(kind="gemini", model="gemini-2.5-flash", secret="tocsin/acme/gemini"),
}
OK = {
    "extract": {},
    "bedrock": {
        "output": {"message": {"role": "assistant", "content": [{"text": SAID}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 70, "outputTokens": 9, "totalTokens": 79},
    },
    "gemini": {
        "candidates": [{"content": {"parts": [{"text": SAID}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 70, "candidatesTokenCount": 9},
    },
}


class Secrets:
    def get(self, name):
        if name != "tocsin/acme/gemini":
            raise Permanent("secretsmanager GetSecretValue: ResourceNotFoundException")
        return f"{KEY}\n"


def bedrock_client(url, read_timeout_s=5.0):
    session = botocore.session.Session()
    session.set_credentials("access", "secret")
    config = Config(
        read_timeout=read_timeout_s, connect_timeout=1, retries={"total_max_attempts": 1}
    )
    return session.create_client(
        "bedrock-runtime", region_name="eu-central-1", endpoint_url=url, config=config
    )


def models(url, http=None):
    return Models(
        lambda _limit_s: bedrock_client(url),
        lambda: http or Http(allow_loopback=True),
        Secrets(),
        gemini_url=url,
    )


@pytest.fixture
def server():
    with local_server() as made:
        yield made


@pytest.mark.parametrize("kind", SETTINGS)
def test_a_question_has_an_answer_that_can_be_read(server, kind):
    server.answers.append(Answer(body=json.dumps(OK[kind]).encode()))
    settings = SETTINGS[kind]
    with models(server.url).open("acme", settings) as model:
        found = model.ask(prompt(ABOUT), 20.0)
        assert model.name == found.by == (settings.model or "extract")
        assert model.is_metered is (kind != "extract")
    triage = read(found.text, found.by, ABOUT)
    assert triage.cause
    assert (found.tokens_in, found.tokens_out) == ((0, 0) if kind == "extract" else (70, 9))


@pytest.mark.parametrize("kind", SETTINGS)
def test_it_can_be_asked_again_after_it_was_closed(server, kind):
    model = models(server.url).open("acme", SETTINGS[kind])
    for _ in range(2):
        server.answers.append(Answer(body=json.dumps(OK[kind]).encode()))
        with model:
            assert model.ask(prompt(ABOUT), 20.0).text


def test_bedrock_hears_instructions_and_data_apart(server):
    server.answers.append(Answer(body=json.dumps(OK["bedrock"]).encode()))
    asked = prompt(ABOUT)
    models(server.url).open("acme", SETTINGS["bedrock"]).ask(asked, 20.0)
    (request,) = server.requests
    assert request.path.endswith("/model/amazon.nova-lite-v1%3A0/converse")
    sent = json.loads(request.body)
    assert sent["system"] == [{"text": asked.instructions}]
    assert sent["messages"] == [{"role": "user", "content": [{"text": asked.data}]}]
    assert "toolConfig" not in sent


def test_gemini_hears_them_apart_too_and_its_key_only_in_a_header(server):
    server.answers.append(Answer(body=json.dumps(OK["gemini"]).encode()))
    asked = prompt(ABOUT)
    models(server.url).open("acme", SETTINGS["gemini"]).ask(asked, 20.0)
    (request,) = server.requests
    assert request.path == "/hook/secret/models/gemini-2.5-flash:generateContent"
    assert request.headers["x-goog-api-key"] == KEY
    assert KEY.encode() not in request.body
    sent = json.loads(request.body)
    assert sent["systemInstruction"] == {"parts": [{"text": asked.instructions}]}
    assert sent["contents"] == [{"role": "user", "parts": [{"text": asked.data}]}]
    assert "tools" not in sent


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (ModelSettings(kind="bedrock"), "needs its id"),
        (ModelSettings(kind="gemini", model="m"), "tocsin/acme/"),
        (ModelSettings(kind="gemini", model="m", secret="tocsin/globex/key"), "tocsin/acme/"),
    ],
)
def test_settings_that_lack_something_or_name_a_secret_of_another_are_refused(
    server, settings, said
):
    with pytest.raises(ConfigurationError, match=said):
        models(server.url).open("acme", settings)


@pytest.mark.parametrize("model", ["../../files", "m?key=x", "", "m/../n", "m\n"])
def test_an_id_leads_nowhere_else(server, model):
    settings = ModelSettings(kind="gemini", model=model, secret="tocsin/acme/gemini")
    with pytest.raises((Permanent, ConfigurationError)):
        models(server.url).open("acme", settings)


def test_the_way_out_is_guarded(server):
    gemini = models(server.url, Http()).open("acme", SETTINGS["gemini"])
    with pytest.raises(Permanent, match="flash: the address is not public"):
        gemini.ask(prompt(ABOUT), 20.0)
    assert server.requests == []
