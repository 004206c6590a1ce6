import pytest

from tocsin.configuration import ConfigurationErrors, load, to_tenant_config
from tocsin.configuration.flag_models import concerning, flags_of
from tocsin.configuration.flag_rules import wrong_flag
from tocsin.domain.flag import Flag
from tocsin.domain.rule import AlertRule

TENANT = "{receivers: [{name: hook, webhook: {url: https://a.example/}}], route: {receiver: hook}}"
TEXT = f"""\
flags: FLAGS
tenants:
  acme: {TENANT}
  globex: {TENANT}
"""


def read(flags):
    return load(TEXT.replace("FLAGS", flags), "t.yaml", {})


def stage_flag_of(tenant, flags):
    document = read(f"{{stage-rules: {flags}}}")
    return to_tenant_config(tenant, document.tenants[tenant], 1).flags["stage-rules"]


def problems(flags):
    with pytest.raises(ConfigurationErrors) as caught:
        read(flags)
    return str(caught.value)


@pytest.mark.parametrize(
    ("flags", "acme", "globex"),
    [
        ("{}", Flag(), Flag()),
        ("{enabled: false}", Flag(choice="off"), Flag(choice="off")),
        ("{tenants: [acme]}", Flag(), Flag(choice="for others")),
        ("{except: [acme]}", Flag(choice="excepted"), Flag()),
        (
            "{enabled: false, tenants: [acme], percent: 5}",
            Flag(choice="off", percent=5),
            Flag(choice="off", percent=5),
        ),
        ("{percent: 25, description: slowly}", Flag(percent=25), Flag(percent=25)),
        ("{percent: 0}", Flag(percent=0), Flag(percent=0)),
    ],
)
def test_a_flag_becomes_what_it_is_for_each_tenant(flags, acme, globex):
    assert stage_flag_of("acme", flags) == acme
    assert stage_flag_of("globex", flags) == globex


def test_a_tenant_has_only_the_flags_that_concern_it():
    document = read("{new: {}, stage-rules: {}}")
    assert set(to_tenant_config("acme", document.tenants["acme"], 1).flags) == {"stage-rules"}
    rule = AlertRule(name="Storm", kind="count", flag="new")
    flags = flags_of("acme", document.flags)
    assert set(concerning(flags, (rule,))) == {"new", "stage-rules"}


def test_without_flags_nothing_changes():
    document = load(TEXT.replace("flags: FLAGS\n", ""), "t.yaml", {})
    assert to_tenant_config("acme", document.tenants["acme"], 1).flags == {}


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ("{new: {tenants: [initech]}}", "flags.new.tenants[0]: there is no tenant 'initech'"),
        ("{new: {except: [initech]}}", "flags.new.except[0]: there is no tenant 'initech'"),
        ("{new: {tenants: []}}", "flags.new.tenants: must not be empty"),
        (
            "{new: {tenants: [acme], except: [acme]}}",
            "flags.new.except[0]: 'acme' stands in `tenants` as well",
        ),
        ("{new: {percent: 101}}", "flags.new.percent: must be at most 100"),
        ("{new: {percent: -1}}", "flags.new.percent: must be at least 0"),
        ("{new: {percent: 12.5}}", "flags.new.percent: must be a whole number"),
        ("{new: {percent: 25%}}", "flags.new.percent: must be a whole number"),
        ("{new: {enabled: 'yes'}}", "flags.new.enabled: must be true or false"),
        ("{new: {share: 5}}", "flags.new.share: is not a known field"),
        ("{a b: {}}", "a name is 1 to 64 of"),
        (
            "{stage-notify: {}}",
            "flags.stage-notify: a flag that begins with stage- is of a stage; "
            "there is stage-rules",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(flags, said):
    assert said in problems(flags)


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("", ""),
        ("new", ""),
        ("old", "there is no flag 'old' in `flags` of tocsin.yaml; there are new"),
        ("stage-rules", "'stage-rules' is the flag of a stage, and of no rule"),
    ],
)
def test_the_flag_of_a_rule_must_be_defined(flag, said):
    rule = AlertRule(name="Storm", kind="count", flag=flag)
    assert wrong_flag(rule, {"new", "stage-rules"}) == said


def test_no_flags_at_all_are_said_as_none():
    rule = AlertRule(name="Storm", kind="count", flag="new")
    assert wrong_flag(rule, set()).endswith("there are none")


RULES = """\
rules:
  - {name: Full, metric: disk_percent, op: gte, threshold: 90, flag: FLAG}
"""


def read_with_rules(path, flags, flag):
    (path / "mine.yaml").write_text(RULES.replace("FLAG", flag), encoding="utf-8")
    tenant = TENANT.replace("{receivers", "{rule_files: [mine.yaml], receivers", 1)
    text = TEXT.replace("FLAGS", flags).replace(f"acme: {TENANT}", f"acme: {tenant}")
    return load(text, str(path / "t.yaml"), {})


def test_a_tenant_has_the_flags_that_its_rules_name(tmp_path):
    document = read_with_rules(tmp_path, "{new: {percent: 5}, other: {}}", "new")
    assert to_tenant_config("acme", document.tenants["acme"], 1).flags == {"new": Flag(percent=5)}
    assert to_tenant_config("globex", document.tenants["globex"], 1).flags == {}


@pytest.mark.parametrize("flag", ["old", "stage-rules"])
def test_a_rule_with_a_flag_that_is_not_for_it_is_refused_with_its_line(tmp_path, flag):
    with pytest.raises(ConfigurationErrors, match=rf"mine\.yaml:2: rules\[0\]\.flag: .*{flag}"):
        read_with_rules(tmp_path, "{new: {}, stage-rules: {}}", flag)
