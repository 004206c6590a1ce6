"""`tocsin demo` as a person starts it; in `make test` once, with IAM enforced."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from cli.commands.demo import CONFIGURATION, command
from cli.demo.books import audit
from cli.demo.channels import TENANT
from cli.demo.run import Demonstration
from cli.demo.scenario import acts
from cli.demo.vendors import Vendors
from cli.demo.view import LineView
from cli.localcloud.cloud import LocalCloud
from cli.localcloud.receiver import LocalReceiver

TOCSIN = str(Path(sys.executable).with_name("tocsin"))


@pytest.mark.localcloud
@pytest.mark.xdist_group("localcloud")
@pytest.mark.timeout(240)
def test_the_main_job_balances_with_iam_enforced(tmp_path):
    result = CliRunner().invoke(command, ["--iam", "--state", str(tmp_path)])

    assert result.exit_code == 0, result.output
    assert "It balances" in result.output


@pytest.mark.e2e
@pytest.mark.timeout(240)
@pytest.mark.parametrize("options", [[], ["--iam"]])
def test_the_command_exits_with_0(tmp_path, options):
    result = subprocess.run(
        [TOCSIN, "demo", *options, "--state", str(tmp_path)],
        capture_output=True,
        check=False,
        text=True,
    )

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.e2e
@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("role", "action"),
    [
        ("EnrichFunctionRole", "sqs:SendMessage*"),
        ("NotifyFunctionRole", "dynamodb:GetItem"),
        ("NotifyFunctionRole", "secretsmanager:GetSecretValue"),
        ("NotifyFunctionRole", "ssm:GetParameter"),
    ],
)
def test_a_role_without_one_statement_is_found_out(tmp_path, role, action):
    planned = acts(time.time())
    with (
        LocalReceiver() as receiver,
        LineView(Console(quiet=True)) as view,
        Vendors(on_received=view.received) as vendors,
        LocalCloud(iam=True, state=tmp_path, quiet=True) as cloud,
    ):
        vendors.keep_secrets(cloud, TENANT)
        cloud.configure(CONFIGURATION, {"TOCSIN_RECEIVER_URL": receiver.url, **vendors.environ})
        drop_statement(cloud, role, action)
        demonstration = Demonstration(cloud, receiver, vendors, view, act_limit_s=15)
        problems = audit(planned, demonstration.play(planned)) + demonstration.problems

    assert any("on their way" in problem or "told 0 times" in problem for problem in problems)
    assert any("not within 15 s" in problem for problem in problems)


def drop_statement(cloud, role, action):
    """Take the first statement that allows `action` from a function's role."""
    iam, name = cloud.client("iam"), cloud.resource(role)
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        kept = [each for each in document["Statement"] if action not in actions(each)]
        if len(kept) < len(document["Statement"]):
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
            if kept:
                iam.put_role_policy(
                    RoleName=name,
                    PolicyName=policy,
                    PolicyDocument=json.dumps({**document, "Statement": kept}),
                )
            return
    raise AssertionError(f"{role} has no statement that allows {action}")


def actions(statement):
    found = statement["Action"]
    return [found] if isinstance(found, str) else found
