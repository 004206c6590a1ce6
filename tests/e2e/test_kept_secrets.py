"""What receivers are told with, kept beside the stack on the local cloud; and who may read it."""

import json

import pytest
from click.testing import CliRunner

from cli import target
from cli.commands.receivers import command
from cli.localcloud.cloud import LocalCloud
from cli.localcloud.http import call
from cli.localcloud.polling import wait_until
from cli.vendors.localserver import Answer, local_server
from cli.vendors.mailserver import mail_server
from tests.notifications import KEY_32

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

FILE = """
tenants:
  acme:
    keys: [{{name: test, scopes: [ingest]}}]
    receivers:
      - {{name: pager, pagerduty: {{routing_key: {{secret: pager}}, url: "{url}/pagerduty"}}}}
      - {{name: opsgenie, opsgenie: {{api_key: {{parameter: og, field: key}}, url: "{url}"}}}}
      - {{name: hook, webhook: {{url_from: {{secret: hook}}}}}}
      - {{name: gone, webhook: {{url_from: {{secret: gone}}}}}}
      - {{name: chat, apprise: {{url: {{secret: chat}}}}}}
      - name: mail
        email: {{to: [ann@example.com], from: tocsin@example.com, smtp: {{host: 127.0.0.1,
                 port: {port}, tls: none}}}}
      - {{name: topic, sns: {{arn: "arn:aws:sns:{where}:alerts"}}}}
      - {{name: queue, sqs: {{arn: "arn:aws:sqs:{where}:alerts"}}}}
    receiver_groups:
      - {{name: both, receivers: [pager, opsgenie]}}
      - {{name: all, receivers: [pager, opsgenie, hook, chat, mail, topic, queue]}}
    route: {{receiver: both, group_by: [alertname], group_wait: 0s}}
"""


@pytest.fixture(scope="module")
def vendor():
    with local_server() as server:
        # ntfy says 200, the others 202.
        server.respond = lambda asked: Answer(200 if asked.path == "/" else 202, body=b"{}")
        yield server


@pytest.fixture(scope="module")
def mailbox():
    with mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def cloud(vendor, mailbox, tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    url = vendor.url.removesuffix("/hook/secret")
    with LocalCloud(iam=True, state=folder / "cloud", quiet=True) as cloud:
        secrets = cloud.client("secretsmanager")
        secrets.create_secret(Name="tocsin/acme/pager", SecretString=KEY_32)
        secrets.create_secret(Name="tocsin/acme/hook", SecretString=f"{url}/hook")
        chat = f"ntfy://{url.removeprefix('http://')}/alerts"
        secrets.create_secret(Name="tocsin/acme/chat", SecretString=chat)
        value = json.dumps({"key": f"o{KEY_32[1:]}"})
        cloud.client("ssm").put_parameter(Name="/tocsin/acme/og", Value=value, Type="SecureString")
        cloud.client("sns").create_topic(Name="alerts")
        cloud.client("sqs").create_queue(QueueName="alerts")
        file = folder / "tocsin.yaml"
        arn = cloud.client("sns").list_topics()["Topics"][0]["TopicArn"]
        where = ":".join(arn.split(":")[3:5])
        file.write_text(FILE.format(url=url, port=mailbox.port, where=where))
        cloud.configure(file, {})
        yield cloud


@pytest.fixture
def tried(cloud, monkeypatch):
    """Run `tocsin receivers test --local`."""
    monkeypatch.setattr(target, "LOCAL_FACTS", cloud.write_facts())

    def run(name, *options):
        return CliRunner(mix_stderr=False).invoke(command, ["test", name, *options])

    return run


def test_notify_tells_with_what_both_services_keep(cloud, vendor):
    vendor.requests.clear()
    body = json.dumps({"name": "Kept", "labels": {"instance": "db-7"}}).encode()
    answer = call("POST", f"{cloud.base_url}/v1/alerts", body, {"x-api-key": cloud.api_key})
    assert answer.status == 202, answer
    wait_until(lambda: len(vendor.requests) >= 2, "both are told", 60)
    told = {each.path: each for each in vendor.requests}
    assert json.loads(told["/pagerduty"].body)["routing_key"] == KEY_32
    assert told["/v2/alerts"].headers["authorization"] == f"GenieKey o{KEY_32[1:]}"


def test_every_kind_that_this_machine_can_play_takes_its_test(cloud, vendor, mailbox, tried):
    vendor.requests.clear()
    result = tried("all", "--local")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("took the test in") == 7
    assert KEY_32 not in result.output
    # An incident is opened and closed, by both.
    assert [each.path.split("?")[0].split("/")[1] for each in vendor.requests] == [
        "pagerduty",
        "pagerduty",
        "v2",
        "v2",
        "hook",
        "",
    ]
    assert len(mailbox.taken) == 1
    url = cloud.client("sqs").get_queue_url(QueueName="alerts")["QueueUrl"]
    (message,) = cloud.client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert "TocsinTest" in message["Body"]


def test_a_secret_that_is_not_there_comes_with_the_command_that_stores_it_here(cloud, tried):
    result = tried("gone", "--local")
    assert result.exit_code == 1
    aws = f"aws --endpoint-url {cloud.endpoint_url} --region us-east-1"
    assert f"store it: {aws} secretsmanager create-secret --name tocsin/acme/gone" in result.stdout


@pytest.mark.parametrize(
    ("action", "resource", "decision"),
    [
        ("secretsmanager:GetSecretValue", "secretsmanager:{}:secret:tocsin/acme/x-a1", "allowed"),
        ("secretsmanager:GetSecretValue", "secretsmanager:{}:secret:theirs-a1", "implicitDeny"),
        ("secretsmanager:GetSecretValue", "secretsmanager:{}:secret:tocsinx/a-a1", "implicitDeny"),
        ("secretsmanager:ListSecrets", "secretsmanager:{}:secret:tocsin/acme/x", "implicitDeny"),
        ("ssm:GetParameter", "ssm:{}:parameter/tocsin/acme/x", "allowed"),
        ("ssm:GetParameter", "ssm:{}:parameter/theirs", "implicitDeny"),
        ("ssm:GetParametersByPath", "ssm:{}:parameter/tocsin/acme", "implicitDeny"),
    ],
)
def test_notify_may_read_what_its_tenants_keep_and_nothing_else(cloud, action, resource, decision):
    assert decided(cloud, action, f"arn:aws:{resource.format(where(cloud))}") == decision


@pytest.mark.parametrize("function", ["IngestFunction", "NotifyFunction", "ApiFunction"])
@pytest.mark.parametrize("qualifier", ["", ":live", ":$LATEST"])
def test_notify_may_run_no_function_of_the_stack(cloud, function, qualifier):
    name = cloud.resource(function)
    arn = f"arn:aws:lambda:{where(cloud)}:function:{name}{qualifier}"
    assert decided(cloud, "lambda:InvokeFunction", arn) == "explicitDeny"


def where(cloud):
    """Return the region and the account that the stack is in."""
    arn = cloud.client("sns").list_topics()["Topics"][0]["TopicArn"]
    return ":".join(arn.split(":")[3:5])


def decided(cloud, action, resource):
    """Return how the role of notify is answered."""
    iam = cloud.client("iam")
    role = iam.get_role(RoleName=cloud.resource("NotifyFunctionRole"))["Role"]["Arn"]
    (found,) = iam.simulate_principal_policy(
        PolicySourceArn=role, ActionNames=[action], ResourceArns=[resource]
    )["EvaluationResults"]
    return found["EvalDecision"]
