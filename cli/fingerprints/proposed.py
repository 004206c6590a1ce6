"""A proposal as text: the figures as comments above a rule that can be pasted."""

from collections.abc import Iterator

import yaml

from tocsin.configuration.display import said
from tocsin.domain.fingerprint_proposal import Proposal
from tocsin.domain.matchers import Matcher


def yaml_of(proposal: Proposal) -> str:
    """Return a `fingerprints:` block of `tocsin.yaml` with its reasons."""
    rule = yaml.safe_dump(
        {"fingerprints": [said(proposal.rule)]}, sort_keys=False, default_flow_style=None
    )
    return "".join(f"# {line}\n" for line in _reasons(proposal)) + rule


def _reasons(proposal: Proposal) -> Iterator[str]:
    before, after = proposal.distinct_before, proposal.distinct_after
    yield f"alerts                 {proposal.alerts}"
    yield f"distinct fingerprints  {before} now, {after} with this rule"
    yield f"noise reduction        {proposal.reduction:.1%} of those would have been repeats"
    for place, example in enumerate(proposal.examples):
        yield "would be one:" if place == 0 else "and:"
        for labels in example:
            matchers = (str(Matcher(name, "=", value)) for name, value in sorted(labels.items()))
            yield f"  {{{', '.join(matchers)}}}"
