import pytest

from tocsin.configuration import ConfigurationErrors, load, to_tenant_config
from tocsin.configuration.display import displayed
from tocsin.domain.rule import CloudWatchSource, PrometheusSource

HEAD = """\
tenants:
  acme:
    receivers: [{name: oncall, webhook: {url: 'https://example.com/hook'}}]
    route: {receiver: oncall}
"""
RULE = "{name: R, metric: m, op: gt, threshold: 1}"
PROM = "{name: prom, prometheus: {url: 'https://prom.example'}}"
SHIPPED = ["HighCpu", "HighMemory", "LowCacheHitRate"]


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        for name, rules in files.items():
            (tmp_path / f"{name}.yaml").write_text(f"rules:\n  - {rules}\n", encoding="utf-8")
        return tmp_path / "tocsin.yaml"

    return write


def config_of(file, text):
    return to_tenant_config("acme", load(HEAD + text, str(file), {}).tenants["acme"], 1)


def names(file, text=""):
    return [rule.name for rule in config_of(file, text).rules]


def problems(file, text):
    with pytest.raises(ConfigurationErrors) as refused:
        load(HEAD + text, str(file), {})
    return str(refused.value).replace(f"{file.parent}/", "").splitlines()


def test_the_default_rules_are_on_and_those_over_tocsin_for_operators(folder):
    file = folder()
    assert names(file) == SHIPPED
    assert names(file, "    default_rules: false\n") == []
    assert names(file, "    default_rules: [HighCpu]\n") == SHIPPED[1:]
    operator = config_of(file, "    settings: {operator: true}\n")
    assert operator.is_operator
    assert [rule.name for rule in operator.rules][:3] == SHIPPED
    assert len(operator.rules) == 12


def test_a_default_rule_that_does_not_exist_cannot_be_left_out(folder):
    (problem,) = problems(folder(), "    default_rules: [HighCpus]\n")
    assert problem.startswith(
        "tocsin.yaml:5: tenants.acme.default_rules[0]: there is no default rule 'HighCpus'; "
        "there are HighCpu, HighMemory,"
    )


def test_a_rule_of_the_same_name_stands_in_for_a_default_one(folder):
    file = folder(mine=RULE.replace("R,", "HighCpu,"))
    config = config_of(file, "    rule_files: [mine.yaml]\n")
    assert [rule.name for rule in config.rules] == SHIPPED
    assert config.rules[0].conditions[0].query.metric == "m"


def test_files_are_read_in_their_order_each_once(folder):
    file = folder(b=RULE.replace("R,", "B,"), a=RULE.replace("R,", "A,"))
    text = "    default_rules: false\n    rule_files: [b.yaml, '*.yaml']\n"
    file.write_text("", encoding="utf-8")
    with pytest.raises(ConfigurationErrors):
        config_of(file, text)
    file.unlink()
    assert names(file, text) == ["B", "A"]


def test_what_no_file_matches_is_an_error(folder):
    assert problems(folder(), "    rule_files: ['rules/*.yaml', a.yaml]\n") == [
        "tocsin.yaml:5: tenants.acme.rule_files[0]: no file matches 'rules/*.yaml'",
        "tocsin.yaml:5: tenants.acme.rule_files[1]: no file matches 'a.yaml'",
    ]


def test_problems_of_all_files_are_listed(folder):
    file = folder(a="{name: A, metric: m}", b="{nam: B}")
    (file.parent / "c.yaml").write_bytes(b"\xff")
    assert problems(file, "    rule_files: ['*.yaml']\n") == [
        "a.yaml:2: rules[0]: needs op: how the value is compared",
        "b.yaml:2: rules[0].nam: is not a known field",
        "b.yaml:2: rules[0].name: is required",
        "c.yaml:1: cannot be read as UTF-8 text",
    ]


def test_a_name_is_the_tenants_alone(folder):
    file = folder(a=RULE, b=RULE)
    assert problems(file, "    rule_files: [a.yaml, b.yaml]\n") == [
        "b.yaml:2: rules[0]: a rule of this name is at a.yaml:2 already"
    ]


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (
            "source: nobody, expression: up, op: present",
            "source: there is no source 'nobody' in tocsin.yaml; "
            "there are cw, prom, pushed, tocsin",
        ),
        (
            "source: tocsin, metric: tocsin_dead_letters, op: absent",
            "source: tocsin's own metrics are about all tenants: settings.operator must be true",
        ),
        (
            "source: prom, metric: m, op: absent",
            "source: a Prometheus is asked with `expression`",
        ),
        (
            "source: cw, metric: m, op: absent",
            "source: a CloudWatch is asked for `namespace` and `metric`, or with `expression`",
        ),
        (
            "namespace: AWS/SQS, metric: m, op: absent",
            "source: `namespace` is for a source that is a CloudWatch",
        ),
        (
            "all: [{metric: m, op: absent}, {source: nobody, expression: up, op: present}]",
            "all[1].source: there is no source 'nobody' in tocsin.yaml; "
            "there are cw, prom, pushed, tocsin",
        ),
        (
            "metric: m, aggregate: rate, window: 13h, op: gt, threshold: 1",
            "window: a rate looks back over two windows, and what is pushed is kept for a day: "
            "12h at most",
        ),
        (
            "any: [{source: prom, expression: up, step: 5s, window: 1d, op: present}]",
            "any[0].step: a Prometheus gives 11000 points of a series at most: make it longer",
        ),
        (
            "source: cw, namespace: N, metric: m, step: 5m, window: 1m, op: absent",
            "window: is shorter than `step`: most of the time no period ends in it",
        ),
        (
            "source: cw, namespace: N, metric: m, step: 10s, window: 3h, op: absent",
            "step: CloudWatch has steps below a minute for three hours: 1m for this window",
        ),
    ],
)
def test_a_rule_asks_only_whom_it_can(folder, rule, problem):
    file = folder(a=f"{{name: R, {rule}}}")
    sources = f"    sources: [{PROM}, {{name: cw, cloudwatch: {{}}}}]\n"
    assert problems(file, f"{sources}    rule_files: [a.yaml]\n") == [
        f"a.yaml:2: rules[0].{problem}"
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "metric: m, aggregate: rate, window: 12h, op: gt, threshold: 1",
        "metric: m, window: 1d, op: gt, threshold: 1",
        "source: prom, expression: up, step: 8s, window: 1d, op: present",
        "source: prom, expression: up, aggregate: rate, window: 1d, op: gt, threshold: 1",
        "source: prom, expression: up, step: 5m, window: 1m, op: present",
        "source: cw, namespace: N, metric: m, step: 10s, window: 2h, op: absent",
        "source: cw, namespace: N, metric: m, step: 1m, window: 1m, op: absent",
    ],
)
def test_long_windows_that_have_an_answer_are_taken(folder, rule):
    sources = f"{PROM}, {{name: cw, cloudwatch: {{}}}}"
    text = f"    sources: [{sources}]\n    default_rules: false\n    rule_files: [a.yaml]\n"
    assert names(folder(a=f"{{name: R, {rule}}}"), text) == ["R"]


def test_sources(folder):
    config = config_of(
        folder(),
        """\
    sources:
      - name: plain
        prometheus: {url: 'https://a.example/prom', headers: {X-Scope-OrgID: t1}, timeout: 5s}
      - name: basic
        prometheus:
          url: https://b.example
          basic: {username: u, secret: tocsin/acme/prom}
      - name: bearer
        prometheus: {url: 'https://c.example', bearer: tocsin/acme/token}
      - name: here
        cloudwatch: {}
      - name: there
        cloudwatch: {region: eu-central-1, timeout: 3s}
""",
    )
    assert config.sources == {
        "plain": PrometheusSource(
            url="https://a.example/prom", headers={"X-Scope-OrgID": "t1"}, timeout_s=5.0
        ),
        "basic": PrometheusSource(
            url="https://b.example", auth="basic", username="u", secret="tocsin/acme/prom"
        ),
        "bearer": PrometheusSource(
            url="https://c.example", auth="bearer", secret="tocsin/acme/token"
        ),
        "here": CloudWatchSource(),
        "there": CloudWatchSource(region="eu-central-1", timeout_s=3.0),
    }
    shown = displayed(config)["sources"]
    assert shown[0]["prometheus"]["headers"] == {"X-Scope-OrgID": "***"}
    assert "t1" not in str(shown)
    assert shown[1]["prometheus"]["basic"] == {"username": "u", "secret": "tocsin/acme/prom"}
    assert shown[4] == {"name": "there", "cloudwatch": {"region": "eu-central-1", "timeout": "3s"}}


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("{name: a}", "sources[0]: a source has exactly one of prometheus and cloudwatch"),
        (
            "{name: tocsin, cloudwatch: {}}",
            "sources[0]: every tenant has a source called tocsin already",
        ),
        (f"{PROM}, {PROM}", "sources[1].name: 'prom' is the name of another one already"),
        (
            "{name: a, prometheus: {url: 'https://h', bearer: tocsin/other/x}}",
            "sources[0].prometheus.bearer: a secret of this tenant begins with tocsin/acme/",
        ),
        (
            "{name: a, prometheus: {url: 'https://h', basic: {username: u, secret: tocsin/b/x}}}",
            "sources[0].prometheus.basic.secret: a secret of this tenant begins with tocsin/acme/",
        ),
        (
            "{name: a, prometheus: {url: 'http://prom.example'}}",
            "sources[0].prometheus.url: not encrypted; use https:// (http:// is for this machine "
            "only)",
        ),
        (
            "{name: a, cloudwatch: {region: mars}}",
            "sources[0].cloudwatch.region: not a region, such as eu-central-1",
        ),
    ],
)
def test_sources_that_are_wrong(folder, source, problem):
    (found,) = problems(folder(), f"    sources: [{source}]\n")
    assert found == f"tocsin.yaml:5: tenants.acme.{problem}"
