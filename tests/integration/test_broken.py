"""A bug that nobody foresaw, met by a request: the sender hears 503, and the log no secret."""

import json

import pytest

from tests.integration.world import World
from tocsin.domain.config import TenantConfig
from tocsin.runtime import api, ingest

SECRET = "what-the-sender-sent"


@pytest.fixture
def key(stack: World, acme: TenantConfig) -> str:
    return stack.add_tenant(acme)


@pytest.fixture
def bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_(*_args: object, **_options: object) -> None:
        raise LookupError(SECRET)

    monkeypatch.setattr(ingest, "authenticate", break_)
    monkeypatch.setattr(api, "authenticate", break_)


@pytest.mark.usefixtures("bug")
@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/v1/alerts", "error"),
        ("/v1/alerts/grafana", "error"),
        ("/api/v2/alerts", "not accepted"),
        ("/v2/enqueue", "status"),
    ],
)
def test_ingest_answers_503_in_the_words_of_the_route(
    stack: World, key: str, path: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = stack.post(path, key, {"name": "x"})
    assert answer["statusCode"] == 503
    assert "Retry-After" in answer["headers"]
    assert shown in answer["body"]
    said = capsys.readouterr().out
    assert '"broken":[1.0]' in said.replace(" ", "") or '"broken":1' in said.replace(" ", "")
    assert SECRET not in said + answer["body"]


@pytest.mark.usefixtures("bug")
def test_the_api_answers_503(stack: World, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer = stack.get("/v1/stats/overview", key)
    assert (answer["statusCode"], json.loads(answer["body"])["error"]["code"]) == (
        503,
        "unavailable",
    )
    assert SECRET not in capsys.readouterr().out


@pytest.mark.usefixtures("bug")
def test_the_log_says_where(stack: World, key: str, caplog: pytest.LogCaptureFixture) -> None:
    stack.post("/v1/alerts", key, {"name": "x"})
    (record,) = [each for each in caplog.records if each.levelname == "ERROR"]
    assert record.error == "LookupError"  # type: ignore[attr-defined]
    assert "test_broken.py" in "".join(record.at)  # type: ignore[attr-defined]
    assert SECRET not in str(record.__dict__)
