"""Who may ask."""

from base64 import b64encode

import pytest

from tocsin.domain import apikey
from tocsin.domain.errors import InvalidInput, Unauthorized
from tocsin.ports import ApiKey
from tocsin.runtime.access import authenticate
from tocsin.runtime.gateway import HttpRequest

PEPPER = b"pepper"
TEXT = apikey.generate("test", bytes(range(apikey.ENTROPY_BYTES)))


class OneKey:
    """The Keys port with one key in it."""

    def __init__(self, revoked_at_s: float | None = None) -> None:
        presented = apikey.parse(TEXT)
        self.key = ApiKey(
            id=presented.id,
            tenant="acme",
            name="default",
            digest=apikey.digest(PEPPER, presented.secret),
            scopes=("ingest",),
            created_at_s=0.0,
            revoked_at_s=revoked_at_s,
        )

    def find(self, key_id: str) -> ApiKey | None:
        return self.key if key_id == self.key.id else None

    def all(self, tenant: str) -> list[ApiKey]:
        raise NotImplementedError

    def put(self, key: ApiKey) -> None:
        raise NotImplementedError


def _ask(keys: OneKey | None = None, scope: str = "ingest", path: str = "", **headers: str):
    request = HttpRequest(
        id="r",
        resource="/",
        parameters={"key": path} if path else {},
        query={},
        headers=headers,
        raw_body=b"",
    )
    return authenticate(request, scope, keys or OneKey(), lambda: PEPPER, 10.0)  # type: ignore[arg-type]


def test_a_key_is_taken_from_wherever_a_sender_can_put_it() -> None:
    basic = b64encode(f"anybody:{TEXT}".encode()).decode()
    assert _ask(**{"x-api-key": f" {TEXT} "}).tenant == "acme"
    assert _ask(authorization=f"Bearer {TEXT}").tenant == "acme"
    assert _ask(authorization=f"Basic {basic}").tenant == "acme"
    assert _ask(path=TEXT).tenant == "acme"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-api-key": "nonsense"},
        {"x-api-key": TEXT[:-1] + ("0" if TEXT[-1] != "0" else "1")},
        {"authorization": "Basic %%%"},
        {"authorization": "Basic é"},
        {"authorization": "Digest x"},
        {"x-api-key": apikey.generate("test", bytes(48))},
    ],
)
def test_every_wrong_key_gets_the_same_answer(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthorized) as raised:
        _ask(**headers)
    assert (raised.value.status, raised.value.message) == (401, "no valid API key")


def test_a_key_with_the_right_id_and_another_secret_is_refused() -> None:
    forged = bytes(range(16)) + bytes(32)
    with pytest.raises(Unauthorized):
        _ask(**{"x-api-key": apikey.generate("test", forged)})


def test_a_revoked_key_is_refused() -> None:
    with pytest.raises(Unauthorized):
        _ask(OneKey(revoked_at_s=1.0), **{"x-api-key": TEXT})


def test_a_good_key_without_the_scope_is_told_so() -> None:
    with pytest.raises(InvalidInput) as raised:
        _ask(scope="read", **{"x-api-key": TEXT})
    assert raised.value.status == 403
