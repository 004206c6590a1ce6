"""No message of pydantic reaches a person as it is."""

import pytest
from pydantic import ValidationError

from tocsin.configuration.models import Document
from tocsin.configuration.wording import sentence

HOOK = {"url": "https://h/"}
RECEIVER = {"name": "oncall", "webhook": HOOK}


def messages(value):
    with pytest.raises(ValidationError) as refused:
        Document.model_validate(value)
    return [sentence(detail) for detail in refused.value.errors()]


def tenant(**fields):
    return {"tenants": {"acme": {"receivers": [RECEIVER], "route": {}} | fields}}


def receiver(**fields):
    return tenant(receivers=[{"name": "oncall"} | fields])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "is required"),
        ([], "must be a block of fields"),
        ({"tenants": []}, "must be a block of fields"),
        ({"tenants": {}}, "must not be empty"),
        (tenant(colour="red"), "is not a known field"),
        (tenant(receivers={}), "must be a list"),
        (tenant(keys=[{"name": "k", "scopes": []}]), "must not be empty"),
        (tenant(receivers=[RECEIVER] * 201), "must have at most 200 entries"),
        (
            tenant(keys=[{"name": "k", "scopes": ["root"]}]),
            "must be 'ingest', 'read', 'silence' or 'admin'",
        ),
        (tenant(route={"continue": 1}), "must be true or false"),
        (receiver(webhook=HOOK | {"max_alerts": 1.5}), "must be a whole number"),
        (receiver(webhook=HOOK | {"max_alerts": 0}), "must be at least 1"),
        (receiver(webhook=HOOK | {"max_alerts": 1001}), "must be at most 1000"),
        (
            receiver(webhook=HOOK | {"headers": {f"A{n}": "x" for n in range(21)}}),
            "must have at most 20 entries",
        ),
        (
            receiver(webhook=HOOK, template={"text": "x"}),
            "webhook takes no template: the body of `format: alertmanager` has no text of its "
            "own; use `format: tocsin`",
        ),
        (
            receiver(sqs={"arn": "arn:aws:sqs:eu-central-1:123456789012:q"}, template="short"),
            "sqs takes no template: it is read by programs, which get no text; leave `template` "
            "out",
        ),
        (
            receiver(
                eventbridge={"arn": "arn:aws:events:eu-central-1:123456789012:event-bus/b"},
                template={"title": "x"},
            ),
            "eventbridge takes no template: it is read by programs, which get no text; leave "
            "`template` out",
        ),
        (
            receiver(
                **{"lambda": {"arn": "arn:aws:lambda:eu-central-1:123456789012:function:f"}},
                template={"title": "x"},
            ),
            "lambda takes no template: it is read by programs, which get no text; leave "
            "`template` out",
        ),
        (receiver(slack=HOOK | {"channel": 5}), "must be text; put it in quotes"),
        (receiver(slack=HOOK | {"channel": "\ud800"}), "must be text; put it in quotes"),
        (receiver(slack=HOOK | {"channel": "x" * 81}), "must have at most 80 characters"),
    ],
)
def test_what_is_wrong_is_said_plainly(value, message):
    assert messages(value) == [message]


@pytest.mark.parametrize(
    "kind",
    [
        {"webhook": HOOK | {"format": "tocsin"}},
        {"slack": HOOK},
        {"sns": {"arn": "arn:aws:sns:eu-central-1:123456789012:t"}},
        {"pagerduty": {"routing_key": {"secret": "pd"}}},
    ],
)
def test_what_shows_a_text_takes_a_template(kind):
    Document.model_validate(receiver(**kind, template={"text": "x"}))
