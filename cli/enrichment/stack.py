"""What enrichment needs of a stack: what is kept apart, and the queue of cases."""

import time
from secrets import token_hex

from cli.deadletters.stack import blobs
from cli.enrichment.sending import Batches
from cli.target import Target
from tocsin.adapters.dynamodb.failedenrichments import DynamoFailedEnrichments
from tocsin.adapters.sqs import SqsOutbox
from tocsin.ports import FailedEnrichments, Outbox


def failures(target: Target) -> FailedEnrichments:
    """Return what is kept apart."""
    return DynamoFailedEnrichments(target.client("dynamodb"), target.resource("EnrichmentTable"))


def outbox(target: Target) -> Outbox:
    """Return an outbox that sends cases and nothing else."""
    return SqsOutbox(target.client("sqs"), {"investigate": target.resource("InvestigateQueue")}, {})


def batches_of(target: Target) -> Batches:
    """Return what sends the cases of one command."""
    return Batches(outbox(target), blobs(target), f"cli-{token_hex(8)}", time.time, time.sleep)


def attempts_of(target: Target, tenant: str) -> dict[str, int]:
    """Return how often what is kept apart was tried, so that nothing is counted anew."""
    kept = failures(target).all(tenant, time.time())
    return {each.change.source: each.attempts for each in kept}
