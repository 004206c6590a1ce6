import pytest

from tocsin.configuration import ConfigurationErrors, load, to_tenant_config
from tocsin.configuration.display import displayed
from tocsin.domain.channels import AwsTarget

PLACE = "eu-central-1:123456789012"
ARNS = {
    "sns": f"arn:aws:sns:{PLACE}:alerts.fifo",
    "sqs": "arn:aws-cn:sqs:cn-north-1:123456789012:alerts",
    "eventbridge": f"arn:aws:events:{PLACE}:event-bus/team/alerts",
    "lambda": "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:alerts:live",
}


def loaded(kind, block):
    text = f"""
tenants:
  acme:
    receivers: [{{name: oncall, {kind}: {block}}}]
    route: {{receiver: oncall}}
"""
    return to_tenant_config("acme", load(text, "t.yaml", {}).tenants["acme"], 1)


@pytest.mark.parametrize("kind", ARNS)
def test_a_service_of_aws_is_named_by_its_arn(kind):
    config = loaded(kind, f"{{arn: '{ARNS[kind]}', send_resolved: false}}")
    made = config.receivers["oncall"]
    assert (made.kind, made.settings, made.url) == (kind, AwsTarget(arn=ARNS[kind]), "")
    assert made.endpoint == ARNS[kind]
    (shown,) = displayed(config)["receivers"]
    assert shown[kind] == {"arn": ARNS[kind], "send_resolved": False}


@pytest.mark.parametrize("kind", ARNS)
@pytest.mark.parametrize(
    "arn",
    [
        "alerts",
        "arn:aws:s3:::alerts",
        f"arn:aws:iam:{PLACE}:user/alerts",
        f"arn:aws:sns:{PLACE}:",
        f"arn:aws:sqs:{PLACE}:*",
        "arn:aws:sns:x.example/:123456789012:alerts",
        f"arn:aws:lambda:{PLACE}:function:*",
        f"arn:aws:events:{PLACE}:rule/alerts",
    ],
)
def test_another_arn_is_refused_with_an_example(kind, arn):
    with pytest.raises(ConfigurationErrors, match=f"{kind}.arn: not such an ARN; one is arn:aws:"):
        loaded(kind, f"{{arn: '{arn}'}}")


def test_the_parts_of_an_arn_say_where_it_is():
    queue = AwsTarget(arn=ARNS["sqs"])
    assert (queue.region, queue.account, queue.name) == ("cn-north-1", "123456789012", "alerts")
    assert AwsTarget(arn=ARNS["lambda"]).name == "function:alerts:live"
