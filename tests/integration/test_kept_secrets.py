"""What receivers are told with, kept in Secrets Manager and SSM beside a deployed stack."""

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from cli.commands.receivers import command
from cli.target import Target
from cli.vendors.localserver import Answer, LocalServer, local_server
from tests.builders import config, receiver, route
from tests.integration.test_deliveries import ask
from tests.integration.test_lifecycle import fire
from tests.integration.world import World
from tests.notifications import KEY_32
from tocsin.adapters import aws
from tocsin.domain.channels import Opsgenie, PagerDuty
from tocsin.domain.config import TenantConfig
from tocsin.domain.secret import Secret

NAME, PARAMETER = "tocsin/acme/pager", "/tocsin/acme/opsgenie"


@pytest.fixture
def vendor() -> Iterator[LocalServer]:
    with local_server() as server:
        server.respond = lambda _: Answer(status=202, body=b"{}")
        yield server


@pytest.fixture
def kept(stack: World) -> None:
    """Keep the keys of both receivers: one as text, one in an object."""
    aws.client("secretsmanager").create_secret(Name=NAME, SecretString=KEY_32)
    value = json.dumps({"key": f"o{KEY_32[1:]}"})
    aws.client("ssm").put_parameter(Name=PARAMETER, Value=value, Type="SecureString")


def tenant(vendor: LocalServer) -> TenantConfig:
    url = vendor.url.removesuffix("/hook/secret")
    pager = PagerDuty(routing_key=Secret(name=NAME), url=f"{url}/pagerduty")
    opsgenie = Opsgenie(api_key=Secret(parameter=PARAMETER, field="key"), url=url)
    receivers = {
        "pager": receiver("pager", kind="pagerduty", url="", settings=pager),
        "opsgenie": receiver("opsgenie", kind="opsgenie", url="", settings=opsgenie),
    }
    return config(
        route=route("both", group_by=("alertname",)),
        receivers=receivers,
        integrations={"both": tuple(receivers)},
    )


def tried(stack: World, name: str = "both") -> Result:
    target = Target("tocsin", aws.client, is_local=True)
    target.resources = {"ControlTable": stack.resources.environ["CONTROL_TABLE"]}
    runner = CliRunner(mix_stderr=False)
    return runner.invoke(command, ["test", name], obj=target)


@pytest.mark.usefixtures("kept")
def test_notify_tells_with_what_both_services_keep(stack: World, vendor: LocalServer) -> None:
    fire(stack, stack.add_tenant(tenant(vendor)))
    told = {each.path: each for each in vendor.requests}
    assert json.loads(told["/pagerduty"].body)["routing_key"] == KEY_32
    assert told["/v2/alerts"].headers["authorization"] == f"GenieKey o{KEY_32[1:]}"


def test_what_is_not_kept_is_a_dead_letter_that_names_it(stack: World, vendor: LocalServer) -> None:
    key = stack.add_tenant(tenant(vendor))
    fire(stack, key)
    assert vendor.requests == []
    told = {each["receiver"]: each for each in ask(stack, key)["deliveries"]}
    for name, kept in (("pager", NAME), ("opsgenie", PARAMETER)):
        assert told[name]["outcome"] == "dead-lettered"
        assert kept in json.dumps(ask(stack, key, f"/{told[name]['key']}"))


@pytest.mark.usefixtures("kept")
def test_a_test_tells_with_what_the_stack_tells_with(stack: World, vendor: LocalServer) -> None:
    stack.add_tenant(tenant(vendor))
    result = tried(stack)
    assert result.exit_code == 0, result.output
    assert KEY_32 not in result.output
    opened, ended, created, closed = vendor.requests
    assert [json.loads(each.body)["event_action"] for each in (opened, ended)] == [
        "trigger",
        "resolve",
    ]
    assert (created.path, closed.path.split("?")[0].rpartition("/")[2]) == ("/v2/alerts", "close")


def test_a_test_says_how_to_store_what_is_not_there(stack: World, vendor: LocalServer) -> None:
    stack.add_tenant(tenant(vendor))
    result = tried(stack)
    assert result.exit_code == 1
    for command_line in (
        f"secretsmanager create-secret --name {NAME} --secret-string VALUE",
        f"ssm put-parameter --type SecureString --name {PARAMETER} --value VALUE",
    ):
        assert f"{command_line}\n" in result.stdout
    assert vendor.requests == []


def test_a_field_that_is_not_there_is_said(stack: World, vendor: LocalServer) -> None:
    aws.client("ssm").put_parameter(Name=PARAMETER, Value="{}", Type="SecureString")
    stack.add_tenant(tenant(vendor))
    assert "no JSON object with such a text" in tried(stack, "opsgenie").stdout
