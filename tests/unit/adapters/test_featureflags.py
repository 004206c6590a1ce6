import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import config as tenant_config
from tocsin.adapters.featureflags import OpenFeatureFlags
from tocsin.domain.flag import Flag, FlagEvaluation, place

FLAGS = OpenFeatureFlags()
OTHERS = "the flag is for other tenants"


def evaluated(flag: Flag, unit: str = "HighCPU") -> FlagEvaluation:
    config = tenant_config(flags={"new": flag})
    return FLAGS.evaluate(config, [("new", unit)])[0]


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        (Flag(), FlagEvaluation(True, "for all")),
        (Flag(choice="off"), FlagEvaluation(False, "the flag is off")),
        (Flag(choice="excepted"), FlagEvaluation(False, "the tenant is excepted")),
        (Flag(choice="for others", percent=50), FlagEvaluation(False, OTHERS)),
    ],
)
def test_a_flag_is_on_or_off_for_a_tenant(flag, expected):
    assert evaluated(flag) == expected


def test_no_unit_is_among_no_percent():
    assert not any(evaluated(Flag(percent=0), f"rule-{each}").is_on for each in range(500))


@given(st.text(max_size=20), st.integers(0, 100), st.integers(0, 100))
def test_a_greater_percentage_only_adds(unit, one, other):
    less, more = sorted((one, other))
    assert (
        evaluated(Flag(percent=more), unit).is_on or not evaluated(Flag(percent=less), unit).is_on
    )


def test_a_percentage_says_how_it_came_out():
    own = place("new", "acme", "HighCPU")
    assert evaluated(Flag(percent=int(own) + 1)).is_on
    below = evaluated(Flag(percent=int(own)))
    assert below == FlagEvaluation(
        False, f"its place is {own:g}, the flag is for those below {int(own)}"
    )


def test_a_flag_that_the_tenant_does_not_have_is_off():
    answer = FLAGS.evaluate(tenant_config(), [("unknown", "HighCPU")])
    assert answer == [FlagEvaluation(False, "the tenant has no such flag")]


def test_answers_come_in_the_order_of_the_questions():
    config = tenant_config(flags={"a": Flag(), "b": Flag(choice="off")})
    asked = [("b", "x"), ("a", "x"), ("b", "y")]
    assert [each.is_on for each in FLAGS.evaluate(config, asked)] == [False, True, False]


def test_the_library_is_not_imported_before_it_is_needed_and_brings_no_client_of_aws():
    program = """\
import sys
from tocsin.adapters.featureflags import OpenFeatureFlags
from tocsin.domain.config import Route, TenantConfig
assert "openfeature" not in sys.modules
config = TenantConfig(tenant="acme", version=1, route=Route(receiver="a"), receivers={})
OpenFeatureFlags().evaluate(config, [("x", "y")])
assert "openfeature" in sys.modules
assert not {"boto3", "botocore", "pydantic", "asyncio"} & sys.modules.keys()
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
