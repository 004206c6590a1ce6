"""A failure outside becomes one line, with what to do where a setting is missing."""

import click
import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
)
from click.testing import CliRunner

from cli.explanation import explained
from cli.main import main
from tocsin.domain.errors import Retryable

ENDPOINT = {"endpoint_url": "https://sqs.nowhere-1.amazonaws.com/"}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Retryable("busy"), "busy"),
        (ClientError({"Error": {"Code": "X", "Message": "no stack"}}, "Describe"), "no stack"),
        (ConnectTimeoutError(**ENDPOINT), "timeout"),
        (NoRegionError(), "set AWS_REGION, or use --local while `make up` runs"),
        (NoCredentialsError(), "or use --local while `make up` runs"),
        (EndpointConnectionError(**ENDPOINT), "nowhere-1.amazonaws.com/ does not answer: check"),
    ],
)
def test_each_is_one_line_for_the_terminal(error, said):
    with pytest.raises(click.ClickException) as raised, explained():
        raise error
    assert said in raised.value.message
    assert "\n" not in raised.value.message


@pytest.mark.parametrize(
    "arguments",
    [["check"], ["keys", "list"], ["config", "show"], ["balance", "--key", "k"]],
)
def test_every_command_on_a_stack_says_that_a_region_is_missing(arguments, monkeypatch, tmp_path):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "TOCSIN_LOCAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "absent"))
    result = CliRunner(mix_stderr=False).invoke(main, arguments)
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: no AWS region is set: set AWS_REGION, or use --local while `make up` runs\n"
    )
