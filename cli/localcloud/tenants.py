"""Gives a fresh local cloud its tenants and API keys, by the code of `tocsin config apply`."""

import time
from collections.abc import Mapping
from pathlib import Path

from cli.target import Target
from tocsin.configuration import load
from tocsin.configuration.application import (
    apply_settings,
    issue_keys,
    put_files,
    read_applied,
)
from tocsin.configuration.plan import plan


def apply_file(target: Target, file: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Apply a configuration file; return one new API key a tenant, the one that may do most."""
    source = file.read_text(encoding="utf-8")
    document = load(source, str(file), environ)
    found: dict[str, str] = {}
    for step in plan(document, read_applied(document, target.configs, target.keys)):
        put_files(step, lambda: target.references)
        apply_settings(step, target.configs, target.keys, source, at_s=time.time())
        issued = list(issue_keys(step, target.issue))
        if issued:
            best = max(issued, key=lambda each: len(each.key.scopes))
            found[step.tenant] = best.text
    return found
