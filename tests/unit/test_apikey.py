import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain import apikey
from tocsin.domain.errors import Unauthorized

ENTROPY = bytes(range(apikey.ENTROPY_BYTES))
KEY = apikey.generate("dev", ENTROPY)


@given(st.binary(min_size=apikey.ENTROPY_BYTES, max_size=apikey.ENTROPY_BYTES))
def test_what_is_generated_can_be_parsed(entropy):
    presented = apikey.parse(apikey.generate("prod", entropy))
    assert presented.environment == "prod"
    assert (len(presented.id), len(presented.secret)) == (8, 32)


def test_equal_entropy_makes_equal_keys_and_other_entropy_others():
    assert apikey.generate("dev", ENTROPY) == KEY
    assert apikey.generate("dev", ENTROPY[::-1]) != KEY


def test_id_and_secret_come_from_different_bytes():
    other_id = apikey.parse(apikey.generate("dev", b"x" * 16 + ENTROPY[16:]))
    presented = apikey.parse(KEY)
    assert other_id.id != presented.id
    assert other_id.secret == presented.secret


@given(st.integers(min_value=0, max_value=len(KEY) - 1), st.characters())
def test_every_single_wrong_character_is_refused(index, character):
    mistyped = KEY[:index] + character + KEY[index + 1 :]
    if mistyped != KEY:
        with pytest.raises(Unauthorized):
            apikey.parse(mistyped)


@pytest.mark.parametrize("text", ["", "toc_", KEY + "\n", " " + KEY, KEY[:-1], KEY + KEY, "Bearer"])
def test_refusals_do_not_say_why(text):
    with pytest.raises(Unauthorized) as refused:
        apikey.parse(text)
    assert str(refused.value) == str(apikey.unauthorized())


@pytest.mark.parametrize("environment", ["", "Prod", "a_b", "1st", "x" * 17])
def test_an_environment_cannot_hold_what_separates_the_parts(environment):
    with pytest.raises(ValueError, match="environment"):
        apikey.generate(environment, ENTROPY)


def test_too_little_entropy_is_an_error():
    with pytest.raises(ValueError, match="random bytes"):
        apikey.generate("dev", ENTROPY[1:])


def test_the_stored_digest_is_hmac_sha256():
    # RFC 4231, test case 2.
    digest = apikey.digest(b"Jefe", "what do ya want for nothing?")
    assert digest == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_a_secret_matches_only_its_own_digest_under_the_same_pepper():
    stored = apikey.digest(b"pepper", "secret")
    assert apikey.is_match(b"pepper", "secret", stored)
    assert not apikey.is_match(b"pepper", "Secret", stored)
    assert not apikey.is_match(b"salt", "secret", stored)


def test_a_presented_key_never_prints_its_secret():
    presented = apikey.parse(KEY)
    assert presented.secret not in repr(presented)
