import pytest

from tocsin.configuration import ConfigurationErrors, load, to_tenant_config
from tocsin.configuration.display import displayed
from tocsin.domain.channels import Apprise
from tocsin.domain.secret import Secret


def loaded(block):
    text = f"""
tenants:
  acme:
    receivers: [{{name: chat, apprise: {block}}}]
    route: {{receiver: chat}}
"""
    return to_tenant_config("acme", load(text, "t.yaml", {}).tenants["acme"], 1)


def test_the_url_is_kept_elsewhere_and_only_its_place_is_shown():
    config = loaded("{url: {secret: chat, field: url}, send_resolved: false}")
    made = config.receivers["chat"]
    assert made.kind == "apprise"
    assert made.settings == Apprise(url=Secret(name="tocsin/acme/chat", field="url"))
    assert "tgram" not in made.endpoint
    (shown,) = displayed(config)["receivers"]
    expected = {"url": {"secret": "chat", "field": "url"}, "send_resolved": False}
    assert shown["apprise"] == expected


def test_a_url_in_the_file_is_masked():
    config = loaded("{url: {value: 'tgram://t0ken/1'}}")
    assert config.receivers["chat"].settings == Apprise(url=Secret(value="tgram://t0ken/1"))
    assert "t0ken" not in str(displayed(config))
    assert "t0ken" not in repr(config)


@pytest.mark.parametrize("block", ["{}", "{url: 'tgram://t0ken/1'}", "{url: {}}"])
def test_a_url_that_is_no_reference_is_refused(block):
    with pytest.raises(ConfigurationErrors) as raised:
        loaded(block)
    assert "t0ken" not in str(raised.value)
