"""Tokens of links: what they say, that nobody else can make one, and when they end."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from msgspec.structs import replace

from tests.builders import T0
from tocsin.domain.actionlink import (
    KINDS,
    LIFE_S,
    TOKEN_LIMIT,
    ActionLink,
    InvalidLink,
    link_for,
    read_token,
    token_of,
)
from tocsin.domain.group import GroupKey, Intent
from tocsin.domain.silence import KEPT_S

SECRET = b"a secret of the installation"
KEY = GroupKey("acme", "team chat", (("alertname", "DiskFull"),))
INTENT = Intent(key="toc_" + "0" * 32, steps=(), alerts=(), created_at_s=T0 + 0.0004)


def made(**fields: object) -> ActionLink:
    return replace(link_for(KEY, INTENT, "acknowledge"), **fields)


def refused(token: str, secret: bytes = SECRET, now_s: float = T0) -> int:
    with pytest.raises(InvalidLink) as caught:
        read_token(token, secret, now_s)
    return caught.value.status


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_says_what_its_link_says(kind: str) -> None:
    link = link_for(KEY, INTENT, kind)  # type: ignore[arg-type]
    token = token_of(link, SECRET)
    assert read_token(token, SECRET, T0) == link
    assert link.names(KEY)
    assert link.kind == kind
    # A URL takes it as it is, and a button of Slack takes 2,000 characters.
    assert token.replace("-", "").replace("_", "").isalnum()
    assert len(token) < 250


def test_it_is_a_function_of_what_is_written_down() -> None:
    tried = replace(INTENT, attempts=3, not_before_s=T0 + 60)
    assert link_for(KEY, tried, "resolve") == link_for(KEY, INTENT, "resolve")
    ids = {link_for(KEY, INTENT, kind).id for kind in KINDS}
    ids |= {link_for(replace(KEY, tenant="other"), INTENT, kind).id for kind in KINDS}
    ids.add(link_for(KEY, replace(INTENT, key="toc_" + "1" * 32), "resolve").id)
    assert len(ids) == 2 * len(KINDS) + 1


def test_it_is_about_what_began_before_it_was_written_down_to_the_millisecond() -> None:
    assert made().told_at_ms == int(T0 * 1000) + 1


def test_no_other_group_is_named() -> None:
    others = (
        replace(KEY, tenant="other"),
        replace(KEY, receiver="mail"),
        replace(KEY, labels=()),
        replace(KEY, route='{team="db"}'),
    )
    assert not any(made().names(key) for key in others)


def test_each_bit_counts() -> None:
    data = urlsafe_b64decode(token_of(made(), SECRET) + "==")
    for place in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            assert refused(urlsafe_b64encode(bytes(changed)).rstrip(b"=").decode()) == 404


def test_a_link_is_signed_for_its_tenant_with_this_secret() -> None:
    token = token_of(made(), SECRET)
    assert refused(token, b"another secret") == 404
    # What one tenant's key signs counts for no other: the key follows from what is said.
    said = urlsafe_b64decode(token_of(made(tenant="other"), SECRET) + "==")[:-16]
    mac = urlsafe_b64decode(token + "=" * (-len(token) % 4))[-16:]
    assert refused(urlsafe_b64encode(said + mac).rstrip(b"=").decode()) == 404


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A",
        "AQ",
        "AA" * 40,
        "é" * 40,
        "\ud800" * 40,
        "a b",
        "//++",
        "A" * (TOKEN_LIMIT + 1),
        "AQ==",
    ],
)
def test_whatever_else_comes_is_not_valid(text: str) -> None:
    assert refused(text) == 404


def test_a_token_has_one_spelling() -> None:
    token = token_of(made(), SECRET)
    for other in (
        token + "=",
        token + "==",
        f" {token}",
        token + "\n",
        token[:4] + "!" + token[4:],
    ):
        assert refused(other) == 404


def test_it_ends_and_then_says_so() -> None:
    token = token_of(made(), SECRET)
    assert read_token(token, SECRET, T0 + LIFE_S - 1)
    assert refused(token, now_s=T0 + LIFE_S) == 410
    # Who forged it does not hear more.
    assert refused(token, b"another secret", T0 + LIFE_S) == 404


def test_a_silence_is_remembered_for_longer_than_a_link_can_be_used() -> None:
    assert LIFE_S < KEPT_S
