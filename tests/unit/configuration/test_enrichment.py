import msgspec
import pytest

from tocsin.configuration import ConfigurationErrors, load, to_tenant_config
from tocsin.configuration.display import displayed
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.order import EARLY, LATE, STAGES
from tocsin.domain.enrichment.settings import EnrichmentSettings, LinkTemplate, ModelSettings
from tocsin.domain.matchers import Matcher

HEAD = """
tenants:
  acme:
    receivers: [{name: oncall, webhook: {url: 'https://example.com/'}}]
    route: {receiver: oncall}
"""
WHOLE = """
    enrichment:
      stages: {redact: false, read_content: true, triage: true}
      redact: [jwt, email]
      irrelevant: drop
      links:
        - title: Logs of {{ $labels.service }}
          url: https://logs.example.com/?q={{ $labels.service }}&from={{ $startsAt_ms - 15m }}
          matchers: ['team=~"db|web"']
      changes_within: 30m
      content: {hosts: [wiki.example.com]}
      model: {kind: gemini, model: flash, secret: tocsin/acme/model}
      similar: {within_labels: [region], within: 2h}
"""
ALERTMANAGER = "receivers: [{name: nobody}]\nroute: {receiver: nobody}\n"


def settings(text: str = "") -> EnrichmentSettings | None:
    document = load(HEAD + text, "t.yaml", {})
    return to_tenant_config("acme", document.tenants["acme"], 1).enrichment


def wrong(text: str) -> str:
    with pytest.raises(ConfigurationErrors) as caught:
        load(f"{HEAD}    enrichment: {text}\n", "t.yaml", {})
    return str(caught.value)


def test_without_the_block_the_stages_that_ask_nobody_run():
    assert settings() == EnrichmentSettings()
    assert settings("    enrichment: {}\n") == EnrichmentSettings()


def test_the_whole_can_be_switched_off():
    assert settings("    enrichment: {enabled: false}\n") is None


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_has_a_switch(stage: str):
    is_early = stage in EARLY
    content = "content: {hosts: [a.example]}"
    text = f"    enrichment: {{stages: {{{stage}: {str(not is_early).lower()}}}, {content}}}\n"
    found = settings(text)
    assert found is not None
    assert found.early == tuple(name for name in EARLY if name != stage)
    assert found.late == tuple(name for name in LATE if name == stage)


def test_everything_that_is_said_is_kept():
    assert settings(WHOLE) == EnrichmentSettings(
        early=tuple(name for name in EARLY if name != "redact"),
        late=("read_content", "triage"),
        redact=("jwt", "email"),
        irrelevant="drop",
        links=(
            LinkTemplate(
                title="Logs of {{ $labels.service }}",
                url="https://logs.example.com/?q={{ $labels.service }}"
                "&from={{ $startsAt_ms - 15m }}",
                matchers=(Matcher("team", "=~", "db|web"),),
            ),
        ),
        changes_within_s=1800.0,
        content_hosts=("wiki.example.com",),
        model=ModelSettings(kind="gemini", model="flash", secret="tocsin/acme/model"),
        similar_within=("region",),
        similar_within_s=7200.0,
    )


def test_what_is_shown_says_the_same_when_it_is_read_again():
    for text in ("", WHOLE, "    enrichment: {enabled: false}\n"):
        document = load(HEAD + text, "t.yaml", {})
        config = to_tenant_config("acme", document.tenants["acme"], 1)
        shown = displayed(config)["enrichment"]
        again = load(f"{HEAD}    enrichment: {msgspec.json.encode(shown).decode()}\n", "t", {})
        assert to_tenant_config("acme", again.tenants["acme"], 1) == config


def test_a_tenant_of_an_alertmanagers_file_asks_for_it(tmp_path):
    (tmp_path / "alertmanager.yml").write_text(ALERTMANAGER)
    text = "tenants: {acme: {alertmanager: alertmanager.yml%s}}"

    def config(more: str) -> TenantConfig:
        document = load(text % more, str(tmp_path / "t.yaml"), {})
        return to_tenant_config("acme", document.tenants["acme"], 1)

    assert config("").enrichment is None
    assert config(", enrichment: {}").enrichment == EnrichmentSettings()
    assert displayed(config(""))["enrichment"] == {"enabled": False}


def test_what_an_earlier_release_stored_has_no_enrichment():
    document = load(HEAD, "t.yaml", {})
    stored = msgspec.to_builtins(to_tenant_config("acme", document.tenants["acme"], 1))
    stored.pop("enrichment")
    assert msgspec.convert(stored, TenantConfig).enrichment is None


def test_a_receiver_is_told_of_findings_at_once_if_it_says_so():
    document = load(HEAD.replace("oncall, w", "oncall, send_updates: true, w"), "t.yaml", {})
    config = to_tenant_config("acme", document.tenants["acme"], 1)
    assert config.receivers["oncall"].send_updates
    assert displayed(config)["receivers"][0]["send_updates"] is True
    plain = to_tenant_config("acme", load(HEAD, "t.yaml", {}).tenants["acme"], 1)
    assert not plain.receivers["oncall"].send_updates


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{stages: {sing: true}}", "t.yaml:6: tenants.acme.enrichment.stages.sing: is not a known"),
        ("{stages: {triage: maybe}}", "triage: must be true or false"),
        ("{stages: {read_content: true}}", "name the hosts of those that may in content.hosts"),
        ("{content: {hosts: ['https://wiki.example.com']}}", "without https://"),
        ("{content: {hosts: [Wiki.example.com]}}", "in lower case"),
        ("{content: {hosts: ['a..example']}}", "such as wiki.example.com"),
        ("{content: {hosts: [com]}}", "would allow every host below it"),
        ("{model: {model: x}}", "enrichment.model.model: `extract` is built in"),
        ("{model: {kind: bedrock}}", "model.kind: `bedrock` needs `model`"),
        ("{model: {kind: bedrock, model: x, secret: tocsin/acme/x}}", "`bedrock` has no key"),
        ("{model: {kind: gemini, model: x}}", "as tocsin/acme/NAME"),
        ("{model: {kind: gemini, model: x, secret: tocsin/globex/x}}", "begins with tocsin/acme/"),
        ("{irrelevant: delete}", "irrelevant: must be 'mark' or 'drop'"),
        ("{changes_within: 8d}", "changes_within: must be from 1m to 7d"),
        ("{similar: {within: 10s}}", "similar.within: must be from 1m to 30d"),
        ("{similar: {within_labels: []}}", "within_labels: must not be empty"),
        ("{links: [{title: x, url: 'https://{{ $labels.h }}/'}]}", "never comes from an alert"),
        ("{links: [{title: x, url: 'https://a.{{ $labels.h }}'}]}", "never comes from an alert"),
        ("{links: [{title: x, url: 'https://u:p@a.example/'}]}", "credentials"),
        ("{links: [{title: x, url: 'javascript:x'}]}", "begins with https://"),
        ("{links: [{title: x, url: 'https://a.example/é'}]}", "printable ASCII"),
        ("{links: [{title: x, url: 'https://a/{{ .Labels.h }}'}]}", "there are {{ $labels.NAME }}"),
        ("{links: [{title: x, url: 'https://a/{{ $startsAt - x }}'}]}", "'x' is not a duration"),
        ("{links: [{title: x, url: 'https://a/{{ $owner.x }}'}]}", "no 'x'"),
        ("{links: [{title: x, url: 'https://a/{{ $value'}]}", "not closed"),
        ("{links: [{title: '{{ $x }}', url: 'https://a/'}]}", "links[0].title: {{ $x }} is not"),
        ("{links: [{title: '', url: 'https://a/'}]}", "a title is one line"),
        ("{redact: [passwords]}", "redact[0]: must be 'aws-key'"),
    ],
)
def test_an_error_says_where_and_what_to_fix(text: str, message: str):
    assert message in wrong(text)
