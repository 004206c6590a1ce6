import pytest
from msgspec.structs import replace

from tests.builders import T0
from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb.keys import DynamoKeys
from tocsin.adapters.memory import MemoryKeys
from tocsin.domain.errors import Conflict
from tocsin.ports import ApiKey


@pytest.fixture
def keys(side, request):
    if side == "memory":
        return MemoryKeys()
    table = request.getfixturevalue("cloud").environ["CONTROL_TABLE"]
    return DynamoKeys(client("dynamodb"), table)


def api_key(key_id, tenant="acme"):
    return ApiKey(id=key_id, tenant=tenant, name="prometheus", digest="d" * 64, created_at_s=T0)


def test_a_key_is_found_by_its_id(keys):
    keys.put(api_key("k1"))
    assert keys.find("k1") == api_key("k1")
    assert keys.find("k2") is None


def test_a_tenant_lists_its_own_keys_by_id(keys):
    for key in (api_key("k2"), api_key("k1"), api_key("k3", tenant="other")):
        keys.put(key)
    assert [key.id for key in keys.all("acme")] == ["k1", "k2"]
    assert keys.all("nobody") == []


def test_a_revoked_key_stays_and_says_so(keys):
    keys.put(api_key("k1"))
    revoked = replace(api_key("k1"), revoked_at_s=T0 + 1.5)
    keys.put(revoked)
    assert keys.find("k1") == revoked
    assert keys.all("acme") == [revoked]


def test_no_tenant_takes_the_key_of_another(keys):
    keys.put(api_key("k1"))
    with pytest.raises(Conflict):
        keys.put(api_key("k1", tenant="other"))
    assert keys.find("k1") == api_key("k1")
    assert keys.all("other") == []
