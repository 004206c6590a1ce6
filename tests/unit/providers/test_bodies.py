"""From bytes to a payload: the same for ingest and for enrich."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.samples import samples
from tocsin.domain.errors import InvalidInput
from tocsin.providers.bodies import form_of, json_of, payload_of
from tocsin.providers.registry import NAMES, provider


@pytest.mark.parametrize(
    "body", [b"", b"{", b"NaN", b'"\\ud800"', b"[" * 5000, "[]".encode("utf-16")]
)
def test_what_is_not_json_is_a_400(body: bytes) -> None:
    with pytest.raises(InvalidInput) as raised:
        json_of(body)
    assert (raised.value.status, raised.value.code) == (400, "invalid_json")


def test_a_form_is_its_fields_as_texts() -> None:
    body = b"Name=B%C3%BCro+1&Tags=&URL=https%3A%2F%2Fa%2F%3Fb%3D1%26c&Name=last\r\n"
    assert form_of(body) == {"Name": "last", "Tags": "", "URL": "https://a/?b=1&c"}
    assert form_of(b"") == {}


@pytest.mark.parametrize("body", [b"a=\xff", b"a=%ff", b"a=%ED%A0%80", b"&".join([b"a=1"] * 1001)])
def test_what_is_no_form_is_a_400(body: bytes) -> None:
    with pytest.raises(InvalidInput) as raised:
        form_of(body)
    assert (raised.value.status, raised.value.code) == (400, "invalid_form")


@pytest.mark.parametrize("name", NAMES)
def test_only_those_that_send_forms_are_read_as_forms(name: str) -> None:
    source = provider(name)
    assert source.sends_forms == (name in ("site24x7", "statuscake"))
    if source.sends_forms:
        assert payload_of(source, b"a=1") == {"a": "1"}
    else:
        with pytest.raises(InvalidInput):
            payload_of(source, b"a=1")


def test_who_sends_forms_may_send_json_too() -> None:
    assert payload_of(provider("site24x7"), b' {"STATUS": "UP"}') == {"STATUS": "UP"}
    with pytest.raises(InvalidInput, match="not JSON"):
        payload_of(provider("site24x7"), b'{"STATUS": ')


def test_the_same_bytes_are_the_same_payload() -> None:
    for each in samples():
        source = provider(each.provider)
        assert payload_of(source, each.body) == payload_of(source, bytes(each.body))


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from(("generic", "statuscake")))
def test_any_bytes_are_read_or_refused(body: bytes, name: str) -> None:
    with suppress(InvalidInput):
        payload_of(provider(name), body)


def test_a_sample_cut_anywhere_is_read_or_refused() -> None:
    for each in samples():
        source = provider(each.provider)
        for end in range(0, len(each.body), max(1, len(each.body) // 50)):
            with suppress(InvalidInput):
                source.parse(payload_of(source, each.body[:end]), 1_763_793_300.0)
