"""The tables of a stack that hold items with a format."""

from cli.target import Target
from tocsin.adapters.dynamodb.formats import Kind

# The control table comes last: it holds the checkpoints of the others.
RESOURCES: dict[Kind, str] = {
    "fingerprints": "FingerprintTable",
    "groups": "GroupTable",
    "journal": "JournalTable",
    "rules": "RuleTable",
    "metrics": "MetricTable",
    "enrichment": "EnrichmentTable",
    "control": "ControlTable",
}


def tables(target: Target) -> dict[Kind, str]:
    """Return the names of the tables of a stack."""
    return {kind: target.resource(resource) for kind, resource in RESOURCES.items()}
