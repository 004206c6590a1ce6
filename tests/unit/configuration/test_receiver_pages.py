"""What the pages of receivers show as an example is a configuration."""

import re
from pathlib import Path
from textwrap import indent

import pytest

from tocsin.configuration import load

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("kind", ["pagerduty", "opsgenie", "teams", "webhook"])
def test_an_example_is_taken(kind):
    page = (DOCS / f"receivers-{kind}.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    name = re.search(r"name: (\w+)", example)[1]
    text = f"tenants:\n  acme:\n{indent(example, '    ')}    route: {{receiver: {name}}}\n"
    (receiver,) = load(text, "t.yaml", {}).tenants["acme"].receivers
    assert receiver.channel[0] == kind
