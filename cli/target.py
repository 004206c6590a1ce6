"""Where a command goes: one deployed stack, on AWS or on the local cloud."""

import json
import os
import secrets
import time
from collections.abc import Callable, Iterable
from functools import cache, cached_property, wraps
from pathlib import Path
from typing import Any

import click

from cli.explanation import explained
from tocsin.configuration.application import IssuedKey, Issuer
from tocsin.ports import Configs, Keys, ListedBlobs, References, RuleStates, Seen

DEFAULT_STACK = "tocsin"
# Written by the local cloud when it is up.
LOCAL_FACTS = Path(".local/cloud.json")

ClientFactory = Callable[[str], Any]


class Target:
    """One stack, and the clients and stores that reach it."""

    def __init__(self, stack: str, client: ClientFactory, *, is_local: bool = False) -> None:
        self.stack = stack
        self.is_local = is_local
        self.client = cache(client)

    @classmethod
    def load(cls, stack: str | None = None, *, is_local: bool = False) -> "Target":
        """Find the stack as AWS's own tools would, or in the local cloud that is up.

        `is_local` outweighs the AWS variables of the shell, so that nothing meant for the local
        cloud ever reaches an account.
        """
        if is_local:
            facts = _local_facts()
            return cls(stack or facts["stack"], _local_clients(facts), is_local=True)
        return cls(stack or DEFAULT_STACK, _aws_clients())

    def resource(self, logical_id: str) -> str:
        """Return the physical id of a resource of the template."""
        if logical_id not in self.resources:
            raise click.ClickException(
                f"stack {self.stack} has no {logical_id}; deploy the present template.yaml"
            )
        return self.resources[logical_id]

    @cached_property
    def resources(self) -> dict[str, str]:
        """The physical id of every resource, by logical id."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources")
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages.paginate(StackName=self.stack)
            for resource in page["StackResourceSummaries"]
            if "PhysicalResourceId" in resource
        }

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The outputs of the stack."""
        stack = self.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    @cached_property
    def configs(self) -> Configs:
        """The applied configurations."""
        from tocsin.adapters.dynamodb.configs import DynamoConfigs

        return DynamoConfigs(self.client("dynamodb"), self.resource("ControlTable"))

    @cached_property
    def rule_states(self) -> RuleStates | None:
        """What is remembered of rules; None where the stack is of a release without any."""
        from tocsin.adapters.dynamodb.rulestates import DynamoRuleStates

        if "RuleTable" not in self.resources:
            return None
        table = self.resource("RuleTable")
        return DynamoRuleStates(self.client("dynamodb"), table, self.archive)

    @cached_property
    def archive(self) -> ListedBlobs:
        """The archived request bodies."""
        from tocsin.adapters.s3 import S3Blobs

        return S3Blobs(self.client("s3"), self.resource("ArchiveBucket"))

    @cached_property
    def references(self) -> References:
        """The reference files that configurations name."""
        from tocsin.adapters.references import BlobReferences

        return BlobReferences(self.archive)

    @cached_property
    def keys(self) -> Keys:
        """The API keys."""
        from tocsin.adapters.dynamodb.keys import DynamoKeys

        return DynamoKeys(self.client("dynamodb"), self.resource("ControlTable"))

    @cached_property
    def seen(self) -> Seen:
        """When API keys were last used."""
        from tocsin.adapters.dynamodb.seen import DynamoSeen

        return DynamoSeen(self.client("dynamodb"), self.resource("SeenTable"))

    @cached_property
    def issuer(self) -> Issuer:
        """Makes API keys that this stack's functions accept."""
        secret = self.client("secretsmanager").get_secret_value(
            SecretId=self.resource("KeyPepperSecret")
        )
        ingest = self.client("lambda").get_function_configuration(
            FunctionName=self.resource("IngestFunction")
        )
        return Issuer(
            self.keys,
            environment=ingest["Environment"]["Variables"]["TOCSIN_ENV"],
            pepper=secret["SecretString"].encode(),
            random_bytes=secrets.token_bytes,
            clock=time.time,
        )

    def issue(
        self, tenant: str, name: str, scopes: Iterable[str], lives_s: float | None = None
    ) -> IssuedKey:
        """Make an API key; only this needs the pepper and the right to read it."""
        return self.issuer.issue(tenant, name, scopes, lives_s)


def with_target(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command `--stack` and `--local`, and the `target` that they name."""

    @click.option("--stack", envvar="TOCSIN_STACK", help="The stack's name.  [default: tocsin]")
    @click.option(
        "--local", "is_local", is_flag=True, envvar="TOCSIN_LOCAL", help="Use the local cloud."
    )
    @wraps(function)
    def run(stack: str | None, is_local: bool, **options: Any) -> None:
        with explained():
            given = click.get_current_context().find_object(Target)
            function(target=given or Target.load(stack, is_local=is_local), **options)

    return run


def _local_facts() -> dict[str, str]:
    try:
        facts: dict[str, str] = json.loads(LOCAL_FACTS.read_text())
    except (OSError, ValueError) as error:
        raise click.ClickException("no local cloud is up here; start one with `make up`") from error
    return facts


def _local_clients(facts: dict[str, str]) -> ClientFactory:
    from cli.localcloud.clients import Clients

    return Clients(facts["endpoint_url"]).client


def _aws_clients() -> ClientFactory:
    import boto3

    # Of the two names boto3 itself reads only AWS_DEFAULT_REGION.
    session: Any = boto3.Session(region_name=os.environ.get("AWS_REGION") or None)
    factory: ClientFactory = session.client
    return factory
