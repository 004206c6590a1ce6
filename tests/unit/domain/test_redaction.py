import copy
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain import redaction
from tocsin.domain.account_numbers import is_luhn
from tocsin.domain.errors import InvalidPayload, TooLarge
from tocsin.domain.redaction import Redactor, tenant_key
from tocsin.domain.storage_rules import REDACTION_KINDS, Redaction, StorageRule, is_archived

KEY = tenant_key(b"pepper", "acme")
# Made up for this test, in the shape of real ones; joined so that scanners do not take them.
AWS = "AKIA" + "QWERTYUIOPASDFGH"
AWS_SECRET = "aws_secret_access_key = " + "wJalrXUtnFEMIx7MDENGxbPxRfiCYzzzzzzzzKEY"
SLACK = "xox" + "b-123456789012-abcdefABCDEF"
JWT = "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
PEM = "-----BEGIN RSA PRIVATE " + "KEY-----\nMIIEpAIBAAKCAQ\nEA7\n-----END RSA PRIVATE KEY-----"
CARD = "4111 1111 1111 1111"
EMAIL = "ann@example.com"
GITHUB = "gh" + "p_" + "a1B2" * 9
IBAN = "DE89 3704 0044 0532 0130 00"
SECRETS = {
    AWS: "aws-key",
    AWS_SECRET: "aws-key",
    SLACK: "slack-token",
    JWT: "jwt",
    PEM: "private-key",
    PEM[:50]: "private-key",
    CARD: "card",
    EMAIL: "email",
    GITHUB: "github-token",
    IBAN: "iban",
}


def redacted(payload: Any, key: bytes = KEY, **rule: Any) -> tuple[bytes, Any]:
    rule.setdefault("kinds", REDACTION_KINDS)
    body = orjson.dumps(payload)
    return Redactor(Redaction(**rule), key).redacted(body, orjson.loads(body))


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_replaced_wherever_it_stands_and_its_surroundings_stay(secret: str) -> None:
    payload = {"a": [{"b": f"before {secret} after"}], "n": 7, "none": None}
    body, after = redacted(payload)
    text = after["a"][0]["b"]
    assert text.startswith("before [redacted:" + SECRETS[secret])
    assert secret not in text
    assert orjson.loads(body) == after
    assert text.endswith(" after") == (secret != PEM[:50])


@pytest.mark.parametrize("secret", [each for each in SECRETS if SECRETS[each] != "private-key"])
def test_a_secret_that_is_written_with_escapes_is_found(secret: str) -> None:
    escaped = "".join(f"\\u{ord(each):04x}" for each in secret)
    body = f'{{"a": "x {escaped}"}}'.encode()
    found, after = Redactor(Redaction(kinds=REDACTION_KINDS), KEY).redacted(
        body, orjson.loads(body)
    )
    assert secret not in after["a"]
    assert orjson.loads(found) == after


def test_a_body_without_secrets_is_the_same_object() -> None:
    payload = {"text": "order 1234 5678 901, at 12:30, id 1763790000123", "xoxo": "PRIVATE"}
    body = orjson.dumps(payload)
    read = orjson.loads(body)
    found = Redactor(Redaction(kinds=REDACTION_KINDS), KEY).redacted(body, read)
    assert found[0] is body
    assert found[1] is read


def test_a_body_that_only_looks_like_one_with_secrets_is_the_same_json() -> None:
    body = b'{ "text": "card 1234 5678 9012 3456", "name": "AKIA", "at": 4111111111111112 }'
    found, after = Redactor(Redaction(kinds=REDACTION_KINDS), KEY).redacted(
        body, orjson.loads(body)
    )
    assert orjson.loads(found) == after == orjson.loads(body)


@pytest.mark.parametrize("secret", [each for each in SECRETS if SECRETS[each] != "private-key"])
def test_a_secret_under_a_key_that_comes_again_is_not_stored(secret: str) -> None:
    # Of a key that comes twice only the last value is in the payload: nothing is found there.
    body = f'{{"a": "{secret}", "a": "none", "b": {{"c": "{secret}"}}, "b": 1}}'.encode()
    redactor = Redactor(Redaction(kinds=REDACTION_KINDS), KEY)
    found, after = redactor.redacted(body, orjson.loads(body))
    assert secret.encode() not in found
    assert orjson.loads(found) == after == {"a": "none", "b": 1}


@pytest.mark.parametrize(
    "rule",
    [Redaction(fields=("details.password",)), Redaction(patterns=("hunter[0-9]",))],
)
def test_what_a_rule_of_ones_own_hides_is_not_stored_under_a_key_that_comes_again(
    rule: Redaction,
) -> None:
    body = b'{"details": {"password": "hunter2"}, "details": {"a": 1}}'
    found, _ = Redactor(rule, KEY).redacted(body, orjson.loads(body))
    assert orjson.loads(found) == {"details": {"a": 1}}
    assert b"hunter2" not in found


def test_the_placeholder_is_the_same_for_the_same_secret_and_tells_tenants_apart() -> None:
    one, again = redacted({"a": AWS})[1]["a"], redacted({"b": [AWS]})[1]["b"][0]
    other = redacted({"a": AWS[:-1] + "Z"})[1]["a"]
    elsewhere = redacted({"a": AWS}, key=tenant_key(b"pepper", "globex"))[1]["a"]
    assert one == again
    assert len({one, other, elsewhere}) == 3


def test_a_card_as_a_number_is_found_and_a_time_is_not() -> None:
    numbers = {"at": 1763790000123, "big": 2**63, "measured": 4111111111111111.0}
    _, after = redacted({"card": 4111111111111111, **numbers})
    assert after.pop("card").startswith("[redacted:card:")
    assert after == numbers


def test_fields_are_hidden_with_all_that_is_below_them() -> None:
    payload = {"alerts": [{"q": "a", "deep": {"x": "s", "y": [1, None]}}, {"q": "a"}, {"q": "b"}]}
    _, after = redacted(payload, kinds=(), fields=("alerts[*].q", "alerts[*].deep", "no.such"))
    first, second, third = after["alerts"]
    assert first["q"] == second["q"] != third["q"]
    assert first["deep"]["x"].startswith("[redacted:field:")
    assert first["deep"]["y"][0].startswith("[redacted:field:")
    assert first["deep"]["y"][1] is None


def test_own_patterns_hide_what_they_match() -> None:
    _, after = redacted({"a": "token tok_abc!"}, kinds=(), patterns=("tok_[a-z]+",))
    assert after["a"].startswith("token [redacted:pattern:")
    assert after["a"].endswith("!")


def nested(depth: int) -> bytes:
    return b"[" * depth + orjson.dumps(AWS) + b"]" * depth


@pytest.mark.parametrize(
    ("payload", "rule"),
    [
        ({"a": [EMAIL] * 6}, {}),
        ({"a": f"{EMAIL} " * 11}, {}),
        ({"a": [4111111111111112] * 11}, {}),
        ({"a": "x" * 11}, {"kinds": (), "patterns": ("x",)}),
    ],
    ids=["texts", "in one text", "numbers that are none", "a pattern"],
)
def test_a_body_with_more_that_comes_near_to_a_secret_than_is_looked_at_is_refused(
    payload: Any, rule: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redaction, "NEAR_LIMIT", 10)
    with pytest.raises(TooLarge):
        redacted(payload, **rule)
    monkeypatch.setattr(redaction, "NEAR_LIMIT", 22)
    redactor = Redactor(Redaction(**{"kinds": REDACTION_KINDS, **rule}), KEY)
    for _ in range(2):
        redactor.redacted(orjson.dumps(payload), copy.deepcopy(payload))


def test_a_secret_is_found_however_deep_it_lies() -> None:
    redactor = Redactor(Redaction(kinds=REDACTION_KINDS), KEY)
    found, _ = redactor.redacted(nested(200), orjson.loads(nested(200)))
    assert AWS.encode() not in found
    with pytest.raises(InvalidPayload):
        redactor.redacted(nested(1000), orjson.loads(nested(1000)))


json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=10)
    | st.sampled_from(list(SECRETS)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(json)
def test_no_secret_ever_gets_through_and_redacting_again_changes_nothing(payload: Any) -> None:
    before = copy.deepcopy(payload)
    body, after = redacted(payload)
    assert not any(
        secret in orjson.dumps(after).decode() for secret in SECRETS if "\n" not in secret
    )
    assert redacted(after)[0] == body
    if not any(secret in str(before) for secret in SECRETS):
        assert (after == before) or "redacted" in str(after)


@pytest.mark.parametrize(
    "unit",
    ["4", "4 ", "eyJ", "-eyJ", "a@", "a.", "xoxb-", "aws_secret", "-----BEGIN PRIVATE KEY-----"],
)
def test_no_text_of_a_stranger_makes_redaction_slow(unit: str) -> None:
    # The time limit of the test is the assertion: quadratic patterns need minutes.
    redacted({"a": unit * (1_000_000 // len(unit))})


def test_the_check_digit_tells_cards_from_other_numbers() -> None:
    assert is_luhn("4111 1111 1111 1111")
    assert is_luhn("378282246310005")
    assert not is_luhn("4111 1111 1111 1112")


def test_a_sample_is_the_same_in_every_delivery_and_about_as_large_as_it_says() -> None:
    rule = StorageRule(keep_percent=10.0)
    names = [f"request-{number}" for number in range(5000)]
    kept = [name for name in names if is_archived(rule, name)]
    assert 400 < len(kept) < 600
    assert kept == [name for name in names if is_archived(rule, name)]
    assert not any(is_archived(StorageRule(keep_percent=0.0), name) for name in names)
    assert all(is_archived(StorageRule(), name) and is_archived(None, name) for name in names)
