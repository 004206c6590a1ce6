import pytest
from botocore.exceptions import ClientError

from tocsin.adapters.secrets import KeptSecrets, RecentSecrets, SecretsManager
from tocsin.domain.errors import Permanent, Retryable, Unsendable
from tocsin.domain.secret import Secret


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
    """A store whose one secret changes or goes, and which may be down."""

    def __init__(self):
        self.value = "old"
        self.calls = 0
        self.is_down = False

    def get_secret_value(self, **_):
        self.calls += 1
        if self.is_down:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetSecretValue")
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


def test_a_receiver_is_told_with_the_last_known_secret_while_its_keeper_is_down():
    now_s = 0.0
    client = Moving()
    find = KeptSecrets(lambda _service: client, lambda: now_s)
    secret = Secret(name="tocsin/acme/a")
    assert find(secret) == "old"
    client.is_down, client.value, now_s = True, "new", 300.0
    assert [find(secret), find(secret)] == ["old", "old"]
    # It is not asked with each page.
    assert client.calls == 2
    client.is_down, now_s = False, 305.0
    assert find(secret) == "new"


def test_the_last_known_secret_is_not_used_for_ever_nor_once_it_is_gone():
    now_s = 0.0
    client = Moving()
    find = KeptSecrets(lambda _service: client, lambda: now_s)
    secret = Secret(name="tocsin/acme/a")
    assert find(secret) == "old"
    client.is_down, now_s = True, 86_401.0
    with pytest.raises(Retryable):
        find(secret)
    client.is_down, client.value, now_s = False, None, 86_500.0
    with pytest.raises(Unsendable):
        find(secret)
    client.is_down, now_s = True, 86_506.0
    with pytest.raises(Retryable):
        find(secret)


def test_who_checks_senders_never_uses_a_secret_that_is_older_than_allowed():
    now_s = 0.0
    client = Moving()
    secrets = RecentSecrets(client, lambda: now_s, ttl_s=300.0)
    assert secrets.get("a") == "old"
    client.is_down, now_s = True, 300.0
    with pytest.raises(Retryable):
        secrets.get("a")


def test_whether_a_secret_has_changed_is_asked_of_its_keeper_and_not_often():
    now_s = 0.0
    client = Moving()
    find = KeptSecrets(lambda _service: client, lambda: now_s)
    secret = Secret(name="tocsin/acme/a")
    assert not find.has_changed(secret)
    assert client.calls == 0
    assert find(secret) == "old"
    client.value, now_s = "new", 5.0
    # What was read just now is as good as new.
    assert not find.has_changed(secret)
    now_s = 10.0
    assert find.has_changed(secret)
    assert find(secret) == "new"
    now_s = 20.0
    assert not find.has_changed(secret)
    assert client.calls == 3


def test_a_secret_whose_keeper_is_down_or_that_is_gone_has_not_changed():
    now_s = 0.0
    client = Moving()
    find = KeptSecrets(lambda _service: client, lambda: now_s)
    secret = Secret(name="tocsin/acme/a")
    assert find(secret) == "old"
    client.is_down, now_s = True, 10.0
    assert not find.has_changed(secret)
    assert find(secret) == "old"
    client.is_down, client.value, now_s = False, None, 30.0
    assert not find.has_changed(secret)


def test_what_is_not_kept_elsewhere_does_not_change(kept, find):
    assert not find.has_changed(Secret(value="plain"))
    assert kept.made == []


def test_what_was_never_read_is_not_made_up():
    client = Moving()
    client.is_down = True
    with pytest.raises(Retryable):
        RecentSecrets(client, lambda: 0.0, kept_s=60.0).get("a")


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


class Kept:
    """Both services; what they keep is named after where it is."""

    def __init__(self):
        self.made = []
        self.calls = []

    def __call__(self, service):
        self.made.append(service)
        return self

    def get_secret_value(self, **parameters):
        self.calls.append(parameters)
        return {"SecretString": '{"key": "hush", "number": 1}'}

    def get_parameter(self, **parameters):
        self.calls.append(parameters)
        code = {"/gone": "ParameterNotFound", "/slow": "ThrottlingException"}.get(
            parameters["Name"]
        )
        if code:
            raise ClientError({"Error": {"Code": code}}, "GetParameter")
        return {"Parameter": {"Value": "hush"}}


@pytest.fixture
def kept():
    return Kept()


@pytest.fixture
def find(kept):
    return KeptSecrets(kept, lambda: 0.0)


def test_a_reference_leads_to_what_is_kept_there(kept, find):
    whole = Secret(name="tocsin/acme/a")
    assert [find(whole), find(whole)] == ['{"key": "hush", "number": 1}'] * 2
    assert find(Secret(parameter="/tocsin/acme/b")) == "hush"
    assert kept.calls == [
        {"SecretId": "tocsin/acme/a"},
        {"Name": "/tocsin/acme/b", "WithDecryption": True},
    ]


def test_no_service_is_asked_for_what_is_kept_there_not(kept, find):
    assert find(Secret(value="plain")) == "plain"
    assert find(Secret()) == ""
    assert kept.made == []


def test_a_field_of_what_is_kept(find):
    with pytest.raises(Unsendable) as raised:
        find(Secret(name="tocsin/acme/a", field="key"))
    assert "has no text 'key'" in str(raised.value)


def test_what_is_not_there_is_named_and_says_nothing_of_whoever_was_to_be_told(find):
    with pytest.raises(Unsendable, match=r"'/gone'.*ParameterNotFound"):
        find(Secret(parameter="/gone"))
    with pytest.raises(Retryable):
        find(Secret(parameter="/slow"))
