"""Each port three times: in memory, on AWS as moto plays it, and in a file of one machine."""

import pytest

from tests.integration.mocked import mocked
from tests.integration.resources import make_resources
from tests.strict import install
from tocsin.adapters import aws
from tocsin.adapters.sqlite import Database


@pytest.fixture(params=["memory", "aws", "sqlite"])
def side(request):
    return request.param


@pytest.fixture
def cloud():
    strict = install(aws._session())
    with mocked(), strict.watching():
        yield make_resources(aws.client)
    assert not strict.refusals, strict.refusals


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path / "state.db")
    yield database
    database.close()
