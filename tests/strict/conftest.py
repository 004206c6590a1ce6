"""One moto, and two clients a service: one under the rules, and one as it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.strict import Strict, install

HERE = Path(__file__).parent
SERVICES = ("dynamodb", "s3", "sqs")
# moto breaks in some requests instead of refusing them.
MOTO_FAILS = (
    ArithmeticError,
    AttributeError,
    ClientError,
    ExpatError,
    LookupError,
    TypeError,
    ValueError,
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave these tests untraced: coverage counts nothing of what they test."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("no_cover")


class Cloud:
    """Calls under the rules (`strict`) and without them (`moto`)."""

    def __init__(self, rules: Strict, strict: dict[str, Any], moto: dict[str, Any]) -> None:
        self.rules = rules
        self.strict = strict
        self.moto = moto
        self.queue = ""

    def assert_refused(
        self, service: str, operation: str, code: str, params: dict[str, Any], moto_takes: bool
    ) -> None:
        """Assert that the rules refuse a request, and whether moto by itself would have."""
        with pytest.raises(ClientError) as caught:
            getattr(self.strict[service], operation)(**params)
        assert caught.value.response["Error"]["Code"] == code
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert [refusal.code for refusal in self.rules.refusals] == [code]
        self.rules.refusals.clear()
        assert self._moto_takes(service, operation, params) == moto_takes

    def _moto_takes(self, service: str, operation: str, params: dict[str, Any]) -> bool:
        try:
            getattr(self.moto[service], operation)(**params)
        except MOTO_FAILS:
            return False
        return True

    def call(self, service: str, operation: str, params: dict[str, Any]) -> Any:
        """Return the answer to a request that the rules let pass."""
        answer = getattr(self.strict[service], operation)(**params)
        assert self.rules.refusals == []
        return answer


@pytest.fixture(scope="session")
def clients() -> tuple[Strict, dict[str, Any], dict[str, Any]]:
    sessions = [botocore.session.Session(), botocore.session.Session()]
    config = Config(
        parameter_validation=False, region_name="us-east-1", retries={"total_max_attempts": 1}
    )
    rules = install(sessions[0])
    strict, moto = (
        {name: session.create_client(name, config=config) for name in SERVICES}
        for session in sessions
    )
    return rules, strict, moto


@pytest.fixture
def cloud(clients: tuple[Strict, dict[str, Any], dict[str, Any]]) -> Iterator[Cloud]:
    rules, strict, moto = clients
    with mock_aws():
        made = Cloud(rules, strict, moto)
        _tables(moto["dynamodb"])
        moto["s3"].create_bucket(Bucket="things")
        made.queue = moto["sqs"].create_queue(QueueName="things")["QueueUrl"]
        with rules.watching():
            yield made


def _tables(dynamodb: Any) -> None:
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    for table, schema in (("things", keys), ("marks", keys[:1])):
        dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": kind}
                for name, kind in (("pk", "S"), ("sk", "S"), ("owner", "S"), ("due", "N"))
                if table == "things" or name != "sk"
            ],
            KeySchema=schema,
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by-owner",
                    "KeySchema": [
                        {"AttributeName": "owner", "KeyType": "HASH"},
                        {"AttributeName": "due", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
