import pytest
from botocore.exceptions import ClientError

from tocsin.adapters.secrets import RecentSecrets, SecretsManager
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


class Moving:
    """A store whose one secret changes or goes."""

    def __init__(self):
        self.value = "old"
        self.calls = 0

    def get_secret_value(self, **_):
        self.calls += 1
        if self.value is None:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue")
        return {"SecretBinary": b"x"} if self.value == "" else {"SecretString": self.value}


def test_a_secret_that_people_change_is_at_most_so_far_behind():
    now_s = 0.0
    client = Moving()
    secrets = RecentSecrets(client, lambda: now_s, ttl_s=300.0)
    assert secrets.get("a") == "old"
    client.value = "new"
    now_s = 299.0
    assert secrets.get("a") == "old"
    now_s = 300.0
    assert secrets.get("a") == "new"
    assert client.calls == 2


def test_an_absent_secret_is_not_asked_for_with_every_request_and_found_soon():
    now_s = 0.0
    client = Moving()
    client.value = None
    secrets = RecentSecrets(client, lambda: now_s)
    for _ in range(3):
        with pytest.raises(Permanent, match="secretsmanager GetSecretValue"):
            secrets.get("a")
    assert client.calls == 1
    client.value, now_s = "there", 5.0
    assert secrets.get("a") == "there"


def test_a_secret_that_is_not_text_is_permanent():
    client = Moving()
    client.value = ""
    with pytest.raises(Permanent, match="not text"):
        SecretsManager(client).get("a")
