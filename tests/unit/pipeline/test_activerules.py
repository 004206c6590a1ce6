from msgspec.structs import replace

from tests.builders import config as tenant_config
from tocsin.adapters.featureflags import OpenFeatureFlags
from tocsin.domain.flag import Flag
from tocsin.domain.rule import AlertRule, Condition, MetricRule, Query
from tocsin.pipeline.activerules import ActiveRules, rule_flags, stage_flag

CONDITIONS = (Condition(query=Query(metric="cpu"), compare="gte", threshold=85.0),)
PLAIN = MetricRule(name="Plain", conditions=CONDITIONS)
NEW = MetricRule(name="New", conditions=CONDITIONS, flag="new")
STORM = AlertRule(name="Storm", kind="count", flag="new")
RULES = (PLAIN, NEW, STORM)


class CountingFlags(OpenFeatureFlags):
    """Says how often it was asked."""

    def __init__(self):
        self.calls = 0

    def evaluate(self, config, asked):
        self.calls += 1
        return super().evaluate(config, asked)


def active(**flags):
    config = tenant_config(rules=RULES, flags={n.replace("_", "-"): f for n, f in flags.items()})
    return ActiveRules(OpenFeatureFlags())(config)


def test_without_flags_every_rule_is_active_and_nothing_is_asked():
    flags = CountingFlags()
    config = tenant_config(rules=(PLAIN,))
    assert ActiveRules(flags)(config) is config.rules
    assert flags.calls == 0


def test_a_flag_that_is_on_leaves_all_active():
    assert active(new=Flag()) == RULES


def test_a_rule_whose_flag_is_off_rests():
    assert active(new=Flag(choice="off")) == (PLAIN,)


def test_a_rule_whose_flag_nobody_defined_rests():
    assert active() == (PLAIN,)
    assert active(other=Flag()) == (PLAIN,)


def test_a_percentage_chooses_rules_by_their_names():
    rules = tuple(replace(NEW, name=f"rule-{number}") for number in range(200))

    def chosen(percent):
        config = tenant_config(rules=rules, flags={"new": Flag(percent=percent)})
        return {rule.name for rule in ActiveRules(OpenFeatureFlags())(config)}

    half, most = chosen(50), chosen(80)
    assert half < most
    assert 70 < len(half) < 130
    assert chosen(100) == {rule.name for rule in rules}


def test_the_flag_of_the_stage_lets_all_rules_rest():
    assert active(stage_rules=Flag(choice="off"), new=Flag()) == ()
    assert active(stage_rules=Flag(), new=Flag()) == RULES


def test_the_percentage_of_a_stage_is_of_tenants():
    def is_active(tenant):
        config = tenant_config(tenant, rules=RULES, flags={"stage-rules": Flag(percent=30)})
        return bool(ActiveRules(OpenFeatureFlags())(config))

    count = sum(is_active(f"tenant-{number}") for number in range(300))
    assert 60 < count < 120


def test_a_configuration_is_evaluated_once_and_a_newer_one_anew():
    flags = CountingFlags()
    active_rules = ActiveRules(flags)
    config = tenant_config(rules=RULES, flags={"new": Flag(choice="off")})
    assert active_rules(config) == active_rules(config) == (PLAIN,)
    assert flags.calls == 1
    assert active_rules(replace(config, flags={"new": Flag()})) == RULES


def test_tenants_are_remembered_apart():
    active_rules = ActiveRules(OpenFeatureFlags())
    acme = tenant_config("acme", rules=RULES, flags={"new": Flag(choice="off")})
    globex = tenant_config("globex", rules=RULES, flags={"new": Flag()})
    for _ in range(2):
        assert active_rules(acme) == (PLAIN,)
        assert active_rules(globex) == RULES


def test_it_is_right_for_more_tenants_than_it_remembers():
    active_rules = ActiveRules(OpenFeatureFlags())
    for number in range(1_500):
        config = tenant_config(f"tenant-{number}", rules=(NEW,), flags={"new": Flag()})
        assert active_rules(config) == (NEW,)


def test_what_decided_is_said_flag_by_flag():
    config = tenant_config(rules=RULES, flags={"new": Flag(), "stage-rules": Flag(choice="off")})
    flags = OpenFeatureFlags()
    stage = stage_flag(config, "rules", flags)
    assert stage is not None
    assert (stage.flag, stage.unit, stage.evaluation.is_on) == ("stage-rules", "acme", False)
    assert [(each.unit, each.evaluation.is_on) for each in rule_flags(config, RULES, flags)] == [
        ("New", True),
        ("Storm", True),
    ]
    assert stage_flag(tenant_config(), "rules", flags) is None
