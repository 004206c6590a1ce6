"""Each port three times: in memory, on AWS as moto plays it, and in a file of one machine."""

import pytest
from moto import mock_aws

from tests.integration.resources import make_resources
from tests.strict import install
from tocsin.adapters import aws
from tocsin.adapters.sqlite import Database


@pytest.fixture(params=["memory", "aws", "sqlite"])
def side(request):
    return request.param


@pytest.fixture
def cloud(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    strict = install(aws._session())
    with mock_aws(), strict.watching():
        aws.client.cache_clear()
        yield make_resources(aws.client)
    aws.client.cache_clear()
    assert not strict.refusals, strict.refusals


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path / "state.db")
    yield database
    database.close()
