import msgspec
from msgspec.structs import replace

from tocsin.configuration import load, to_tenant_config
from tocsin.configuration.plan import Applied, NewKey, plan
from tocsin.domain.config import TenantConfig
from tocsin.ports import ApiKey

TEXT = """
tenants:
  acme:
    keys: [{name: senders, scopes: [ingest]}, {name: people, scopes: [read, ingest]}]
    receivers: [{name: oncall, webhook: {url: 'https://example.com/'}}]
    route: {receiver: oncall, routes: [{matchers: ['a=~"b|c"'], group_by: ['...']}]}
"""
DOCUMENT = load(TEXT, "t.yaml", {})
CONFIG = to_tenant_config("acme", DOCUMENT.tenants["acme"], 3)


def key(name, *scopes, revoked_at_s=None):
    return ApiKey(
        id=f"id-{name}",
        tenant="acme",
        name=name,
        digest="d",
        scopes=scopes,
        created_at_s=1.0,
        revoked_at_s=revoked_at_s,
    )


SENDERS = key("senders", "ingest")
PEOPLE = key("people", "ingest", "read")


def plan_for(config, *keys):
    (step,) = plan(DOCUMENT, {"acme": Applied(config, keys)})
    return step


def test_a_new_tenant_gets_version_one_and_all_its_keys():
    (step,) = plan(DOCUMENT, {})
    assert step.config == replace(CONFIG, version=1)
    assert step.version == 1
    assert step.new_keys == (
        NewKey("senders", ("ingest",)),
        NewKey("people", ("read", "ingest")),
    )


def test_what_is_in_force_already_is_left_alone():
    step = plan_for(CONFIG, SENDERS, PEOPLE)
    assert step.config is None
    assert step.version == 3
    assert step.new_keys == ()
    assert step.rescoped_keys == ()


def test_what_was_stored_as_json_is_recognised_as_unchanged():
    stored = msgspec.json.decode(msgspec.json.encode(CONFIG), type=TenantConfig)
    assert plan_for(stored, SENDERS, PEOPLE).config is None


def test_a_change_becomes_the_next_version():
    step = plan_for(replace(CONFIG, resolve_timeout_s=1.0), SENDERS, PEOPLE)
    assert step.config == replace(CONFIG, version=4)
    assert step.version == 4


def test_only_missing_keys_are_made():
    assert plan_for(CONFIG, SENDERS).new_keys == (NewKey("people", ("read", "ingest")),)


def test_a_revoked_key_is_not_made_again():
    step = plan_for(CONFIG, SENDERS, key("people", "read", revoked_at_s=5.0))
    assert step.new_keys == ()
    assert step.rescoped_keys == ()


def test_other_scopes_reach_every_live_key_of_that_name():
    step = plan_for(CONFIG, key("senders", "ingest", "read"), PEOPLE)
    assert step.rescoped_keys == (SENDERS,)


def test_keys_that_are_not_listed_are_left_alone():
    step = plan_for(CONFIG, SENDERS, PEOPLE, key("extra", "read"))
    assert step.rescoped_keys == ()
