"""References to secrets of receivers: what they may say, where they lead, what is shown."""

import pytest
from pydantic import ValidationError

from tocsin.configuration.channels.secret import SecretReference, shown_secret
from tocsin.domain.secret import Secret


def reference(**fields):
    return SecretReference.model_validate(fields)


@pytest.mark.parametrize(
    ("fields", "secret"),
    [
        ({"secret": "pager"}, Secret(name="tocsin/acme/pager")),
        ({"secret": "eu/pager", "field": "key"}, Secret(name="tocsin/acme/eu/pager", field="key")),
        ({"parameter": "pager"}, Secret(parameter="/tocsin/acme/pager")),
        (
            {"parameter": "eu/pager", "field": "key"},
            Secret(parameter="/tocsin/acme/eu/pager", field="key"),
        ),
    ],
)
def test_a_reference_leads_to_what_its_own_tenant_keeps(fields, secret):
    assert reference(**fields).of("acme") == secret
    assert shown_secret(secret) == fields


def test_a_value_is_kept_as_it_is_and_never_shown():
    given = reference(value="hush")
    secret = given.of("acme")
    assert secret == Secret(value="hush")
    assert shown_secret(secret) == {"value": "***"}
    assert "hush" not in repr(given) + str(given) + repr(secret)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "exactly one of secret, parameter and value"),
        ({"field": "key"}, "exactly one of"),
        ({"secret": "a", "parameter": "a"}, "exactly one of"),
        ({"secret": "a", "value": "hush"}, "exactly one of"),
        ({"value": "hush", "field": "key"}, "field is for what is kept elsewhere"),
        ({"value": ""}, "1 to 4096"),
        ({"secret": ""}, "a name is"),
        ({"secret": "a" * 129}, "a name is"),
        ({"parameter": "a b"}, "a name is"),
        # Nothing that could be read as a way out of what is the tenant's own.
        ({"secret": "tocsin/globex/pager"}, "always of this tenant"),
        ({"parameter": "/tocsin/globex/pager"}, "always of this tenant"),
        ({"parameter": "/pager"}, "a name is"),
        ({"secret": "arn:aws:secretsmanager:eu-central-1:1:secret:tocsin/x/y"}, "a name is"),
        ({"parameter": "pager:3"}, "a name is"),
        ({"secret": "a//b"}, "a name is"),
        ({"secret": "../globex/pager"}, "a name is"),
        ({"secret": "a/" * 8 + "b"}, "a name is"),
    ],
)
def test_what_cannot_be_a_reference_is_said_without_repeating_it(fields, expected):
    with pytest.raises(ValidationError) as raised:
        reference(**fields)
    assert expected in str(raised.value)
    assert "hush" not in str(raised.value)
