import pytest
from click.testing import CliRunner

from cli.commands import check
from cli.target import Target
from tocsin.adapters.shape import EXPECTED


@pytest.fixture
def run(monkeypatch):
    def run(resources, problems):
        target = Target("alerts", lambda service: None)
        target.resources = resources
        monkeypatch.setattr(check, "check", lambda client, resources: problems)
        return CliRunner(mix_stderr=False).invoke(check.command, obj=target)

    return run


WHOLE = dict.fromkeys(EXPECTED, "x")


def test_a_stack_of_the_right_shape_passes(run):
    result = run(WHOLE, [])
    assert result.exit_code == 0
    assert "26 resources have the right shape" in result.output


def test_every_problem_is_a_line_and_the_command_fails(run):
    result = run(WHOLE, ["GroupTable (g): has no index poke-due", "EnrichQueue (e): too short"])
    assert result.exit_code == 1
    assert "GroupTable (g): has no index poke-due\nEnrichQueue (e): too short\n" in result.stderr
    assert "2 to mend in stack alerts" in result.stderr


def test_a_resource_that_the_stack_lacks_is_a_problem(run):
    result = run({name: "x" for name in EXPECTED if name != "NotifyQueue"}, [])
    assert result.exit_code == 1
    assert "NotifyQueue is not in the stack: deploy the present template.yaml" in result.stderr
