import pytest
from botocore.exceptions import ClientError

from tocsin.adapters.secrets import SecretsManager
from tocsin.domain.errors import Permanent


class Client:
    def __init__(self):
        self.calls = []

    def get_secret_value(self, **parameters):
        name = parameters["SecretId"]
        self.calls.append(name)
        if name == "missing":
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue")
        return {"SecretString": f"value of {name}"}


def test_a_secret_is_read_once():
    client = Client()
    secrets = SecretsManager(client)
    assert [secrets.get("a"), secrets.get("a"), secrets.get("b")] == [
        "value of a",
        "value of a",
        "value of b",
    ]
    assert client.calls == ["a", "b"]


def test_a_missing_secret_is_permanent():
    with pytest.raises(Permanent, match="secretsmanager GetSecretValue"):
        SecretsManager(Client()).get("missing")
